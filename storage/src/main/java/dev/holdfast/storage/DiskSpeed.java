// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.DiskFile.Transfer;
import java.util.OptionalDouble;

/** How many bytes the disk takes per second, as files that were written of late have shown. */
final class DiskSpeed {
  /** Of a short file a sync shows what a sync costs, and nothing of its bytes. */
  private static final long BYTES_MIN = 8L << 20;

  /** What a new measurement counts for; those before count for less and less. */
  private static final double SHARE_OF_NEW = 0.3;

  private double bytesPerSecond;

  /** A file was made durable. */
  void wrote(Transfer transfer) {
    if (transfer.bytes() < BYTES_MIN || transfer.busyNs() <= 0) {
      return;
    }
    double measured = 1e9 * transfer.bytes() / transfer.busyNs();
    bytesPerSecond =
        bytesPerSecond == 0
            ? measured
            : (1 - SHARE_OF_NEW) * bytesPerSecond + SHARE_OF_NEW * measured;
  }

  /** Empty until a file of some length has been written. */
  OptionalDouble bytesPerSecond() {
    return bytesPerSecond == 0 ? OptionalDouble.empty() : OptionalDouble.of(bytesPerSecond);
  }
}
