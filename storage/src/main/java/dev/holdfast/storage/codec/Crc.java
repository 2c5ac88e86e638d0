// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The two checksums of a block, both JDK intrinsics at memory speed. They use different
 * polynomials, so together they miss garbage with probability 2^-64.
 */
public final class Crc {
  /** A ByteBuffer view holds at most 2 GiB. */
  private static final long VIEW_BYTES_MAX = 1L << 30;

  private Crc() {}

  /** CRC32C (Castagnoli, RFC 3720) of a native segment of any length. */
  public static int crc32c(MemorySegment bytes) {
    return checksum(new CRC32C(), bytes);
  }

  /** CRC32 (IEEE 802.3, as in zlib) of a native segment of any length. */
  public static int crc32(MemorySegment bytes) {
    return checksum(new CRC32(), bytes);
  }

  private static int checksum(Checksum checksum, MemorySegment bytes) {
    long sizeBytes = bytes.byteSize();
    for (long offset = 0; offset < sizeBytes; offset += VIEW_BYTES_MAX) {
      long viewBytes = Math.min(VIEW_BYTES_MAX, sizeBytes - offset);
      checksum.update(bytes.asSlice(offset, viewBytes).asByteBuffer());
    }
    return (int) checksum.getValue();
  }
}
