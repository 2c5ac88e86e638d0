// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.DiskFile.Transfer;
import java.util.OptionalDouble;

/**
 * How many bytes the disk takes per second, as files that were written of late have shown: their
 * bytes by their time. So a long file counts for more than a short one, which a cache may swallow.
 */
final class DiskSpeed {
  /** Of a short file a sync shows what a sync costs, and nothing of its bytes. */
  private static final long BYTES_MIN = 8L << 20;

  /** What is left of the files before when another one was written. */
  private static final double KEPT = 0.7;

  private double bytes;
  private double ns;

  /** A file was made durable. */
  void wrote(Transfer transfer) {
    if (transfer.bytes() >= BYTES_MIN && transfer.busyNs() > 0) {
      bytes = KEPT * bytes + transfer.bytes();
      ns = KEPT * ns + transfer.busyNs();
    }
  }

  /** Empty until a file of some length has been written. */
  OptionalDouble bytesPerSecond() {
    return ns == 0 ? OptionalDouble.empty() : OptionalDouble.of(1e9 * bytes / ns);
  }
}
