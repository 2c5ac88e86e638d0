// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the one byte that has changed in bytes whose CRC32C is known. A CRC is linear: the
 * difference of two checksums depends on which byte differs and by what, not on the other bytes. So
 * the difference is taken back over the bytes, last to first, and wherever it is one that a single
 * byte makes, that byte may be the one.
 *
 * <p>A result is a guess: among n bytes chance makes about n / 2^24 wrong ones. Who uses it needs a
 * second checksum as proof.
 */
public final class OneByte {
  private static final int POLYNOMIAL = 0x82f63b78;
  private static final int[] TABLE = new int[256];

  /** Which entry of the table has this highest byte: each has one of its own. */
  private static final int[] BY_TOP = new int[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ (crc & 1) * POLYNOMIAL;
      }
      TABLE[i] = crc;
      BY_TOP[crc >>> 24] = i;
    }
  }

  private OneByte() {}

  /**
   * A change that would make the checksum right.
   *
   * @param at counted from the first of the bytes
   * @param xor what to XOR the byte with
   */
  public record Change(int at, int xor) {
    /** Makes the change; making it again undoes it. */
    public void apply(byte[] bytes, int from) {
      bytes[from + at] ^= (byte) xor;
    }
  }

  /**
   * Every single byte that may have changed, nearest to the end first.
   *
   * @param bytes how many bytes the checksum is of
   * @param expected their CRC32C before
   * @param computed their CRC32C now
   */
  public static List<Change> candidates(int bytes, int expected, int computed) {
    List<Change> found = new ArrayList<>();
    int difference = expected ^ computed;
    if (difference == 0) {
      return found;
    }
    for (int at = bytes - 1; at >= 0; at--) {
      int byTop = BY_TOP[difference >>> 24];
      if (TABLE[byTop] == difference) {
        found.add(new Change(at, byTop));
      }
      difference = (difference ^ TABLE[byTop]) << 8 | byTop;
    }
    return found;
  }
}
