// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

/**
 * Differences and sums of little-endian integers of 1, 2, 4 or 8 bytes, eight bytes at a time.
 *
 * <p>A long holds 8, 4, 2 or 1 elements ("lanes"), the first one in its lowest bits. Arithmetic is
 * modulo 2^width in each lane: additions and subtractions keep carries and borrows from crossing
 * into the next lane by treating the top bit of each lane apart (L. Lamport, "Multiple Byte
 * Processing with Full-Word Instructions", CACM 18(8), 1975; H. S. Warren, "Hacker's Delight", 2nd
 * ed., 2-18). One set of loops thus serves all widths, and the JIT compiler can vectorise all but
 * the running sum. Being integer arithmetic on bit patterns it is exactly invertible for floating
 * point numbers too, NaN payloads and negative zeros included.
 *
 * <p>In every array here element 0 holds the long before the first one of the data (zero at the
 * start of a block), and the data are in 1 to {@code longs}.
 */
final class LaneMath {
  private final int laneBits;
  private final long topBits;
  private final long lowBits;

  LaneMath(int laneBytes) {
    laneBits = 8 * laneBytes;
    lowBits =
        switch (laneBytes) {
          case 1 -> 0x0101_0101_0101_0101L;
          case 2 -> 0x0001_0001_0001_0001L;
          case 4 -> 0x0000_0001_0000_0001L;
          case 8 -> 1L;
          default -> throw new IllegalArgumentException("lane of " + laneBytes + " bytes");
        };
    topBits = lowBits << (laneBits - 1);
  }

  /** Element minus the element before it. */
  void difference(long[] in, long[] out, int longs) {
    int bits = laneBits;
    long top = topBits;
    for (int i = 1; i <= longs; i++) {
      long x = in[i];
      // Two shifts: shifting a Java long by 64 would leave it as it is.
      long before = ((x << (bits - 1)) << 1) | (in[i - 1] >>> (64 - bits));
      out[i] = ((x | top) - (before & ~top)) ^ ((x ^ ~before) & top);
    }
  }

  /** The inverse of {@link #difference}, in place; element 0 supplies the sum so far. */
  void runningSum(long[] data, int longs) {
    int bits = laneBits;
    long sum = data[0] >>> (64 - bits);
    if (bits == 64) {
      for (int i = 1; i <= longs; i++) {
        sum += data[i];
        data[i] = sum;
      }
      return;
    }
    for (int i = 1; i <= longs; i++) {
      long x = data[i];
      for (int shift = bits; shift < 64; shift <<= 1) {
        x = add(x, x << shift);
      }
      x = add(x, sum * lowBits);
      data[i] = x;
      sum = x >>> (64 - bits);
    }
  }

  /** Zigzag: 0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ..., so small differences have zero bytes. */
  void fold(long[] data, int longs) {
    int bits = laneBits;
    long top = topBits;
    for (int i = 1; i <= longs; i++) {
      long x = data[i];
      data[i] = ((x & ~top) << 1) ^ spread((x & top) >>> (bits - 1), bits);
    }
  }

  /** The inverse of {@link #fold}. */
  void unfold(long[] data, int longs) {
    int bits = laneBits;
    long top = topBits;
    long low = lowBits;
    for (int i = 1; i <= longs; i++) {
      long x = data[i];
      data[i] = ((x >>> 1) & ~top) ^ spread(x & low, bits);
    }
  }

  private long add(long a, long b) {
    return ((a & ~topBits) + (b & ~topBits)) ^ ((a ^ b) & topBits);
  }

  /** Lanes holding 1 become all ones, lanes holding 0 stay zero. */
  private static long spread(long ones, int bits) {
    return ((ones << (bits - 1)) << 1) - ones;
  }
}
