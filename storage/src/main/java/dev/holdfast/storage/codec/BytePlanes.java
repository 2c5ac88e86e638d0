// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

/**
 * Splits elements into byte planes (the "shuffle" of HDF5 and Blosc) and joins them again.
 *
 * <p>A group is 8 elements: as many longs as an element has bytes. Byte k of the 8 elements makes
 * up one long of plane k. Seen as addresses this only permutes address bits: with L the bits of the
 * long within the group and P the bits of the byte within a long, splitting 8-byte elements
 * exchanges L and P (an 8 x 8 transposition, its own inverse); narrower elements exchange what they
 * have and then reorder the bytes within each long. An exchange of one bit is a masked swap (H. S.
 * Warren, "Hacker's Delight", 2nd ed., 7-3), so a group costs a few dozen register operations and
 * no table.
 *
 * <p>Elements lie in a long array from index 1 on (index 0 is {@link LaneMath}'s), planes in
 * another from index 0 on, plane k at {@code k * groups}.
 */
final class BytePlanes {
  private static final long BYTES = 0x00FF_00FF_00FF_00FFL;
  private static final long PAIRS = 0x0000_FFFF_0000_FFFFL;
  private static final long HALVES = 0x0000_0000_FFFF_FFFFL;

  private BytePlanes() {}

  static void split(int elementBytes, long[] elements, long[] planes, int groups) {
    switch (elementBytes) {
      case 1 -> System.arraycopy(elements, 1, planes, 0, groups);
      case 2 -> split2(elements, planes, groups);
      case 4 -> split4(elements, planes, groups);
      default -> {
        for (int g = 0; g < groups; g++) {
          transpose8(elements, 1 + 8 * g, 1, planes, g, groups);
        }
      }
    }
  }

  static void join(int elementBytes, long[] planes, long[] elements, int groups) {
    switch (elementBytes) {
      case 1 -> System.arraycopy(planes, 0, elements, 1, groups);
      case 2 -> join2(planes, elements, groups);
      case 4 -> join4(planes, elements, groups);
      default -> {
        for (int g = 0; g < groups; g++) {
          transpose8(planes, g, groups, elements, 1 + 8 * g, 1);
        }
      }
    }
  }

  private static void split2(long[] elements, long[] planes, int groups) {
    for (int g = 0; g < groups; g++) {
      long a = elements[1 + 2 * g];
      long b = elements[2 + 2 * g];
      long t = ((a >>> 8) ^ b) & BYTES;
      planes[g] = unzip(a ^ (t << 8));
      planes[groups + g] = unzip(b ^ t);
    }
  }

  private static void join2(long[] planes, long[] elements, int groups) {
    for (int g = 0; g < groups; g++) {
      long a = zip(planes[g]);
      long b = zip(planes[groups + g]);
      long t = ((a >>> 8) ^ b) & BYTES;
      elements[1 + 2 * g] = a ^ (t << 8);
      elements[2 + 2 * g] = b ^ t;
    }
  }

  private static void split4(long[] elements, long[] planes, int groups) {
    for (int g = 0; g < groups; g++) {
      int at = 1 + 4 * g;
      long a = elements[at];
      long b = elements[at + 1];
      long c = elements[at + 2];
      long d = elements[at + 3];
      long t = ((a >>> 16) ^ c) & PAIRS;
      long u = ((b >>> 16) ^ d) & PAIRS;
      a ^= t << 16;
      c ^= t;
      b ^= u << 16;
      d ^= u;
      t = ((a >>> 8) ^ b) & BYTES;
      u = ((c >>> 8) ^ d) & BYTES;
      planes[g] = zip(a ^ (t << 8));
      planes[groups + g] = zip(b ^ t);
      planes[2 * groups + g] = zip(c ^ (u << 8));
      planes[3 * groups + g] = zip(d ^ u);
    }
  }

  private static void join4(long[] planes, long[] elements, int groups) {
    for (int g = 0; g < groups; g++) {
      long a = unzip(planes[g]);
      long b = unzip(planes[groups + g]);
      long c = unzip(planes[2 * groups + g]);
      long d = unzip(planes[3 * groups + g]);
      long t = ((a >>> 8) ^ b) & BYTES;
      long u = ((c >>> 8) ^ d) & BYTES;
      a ^= t << 8;
      b ^= t;
      c ^= u << 8;
      d ^= u;
      t = ((a >>> 16) ^ c) & PAIRS;
      u = ((b >>> 16) ^ d) & PAIRS;
      int at = 1 + 4 * g;
      elements[at] = a ^ (t << 16);
      elements[at + 1] = b ^ (u << 16);
      elements[at + 2] = c ^ t;
      elements[at + 3] = d ^ u;
    }
  }

  /** Three rounds of four masked swaps: halves, pairs of bytes, bytes. */
  private static void transpose8(
      long[] in, int inAt, int inStep, long[] out, int outAt, int outStep) {
    long a = in[inAt];
    long b = in[inAt + inStep];
    long c = in[inAt + 2 * inStep];
    long d = in[inAt + 3 * inStep];
    long e = in[inAt + 4 * inStep];
    long f = in[inAt + 5 * inStep];
    long g = in[inAt + 6 * inStep];
    long h = in[inAt + 7 * inStep];
    long t = ((a >>> 32) ^ e) & HALVES;
    long u = ((b >>> 32) ^ f) & HALVES;
    long v = ((c >>> 32) ^ g) & HALVES;
    long w = ((d >>> 32) ^ h) & HALVES;
    a ^= t << 32;
    b ^= u << 32;
    c ^= v << 32;
    d ^= w << 32;
    e ^= t;
    f ^= u;
    g ^= v;
    h ^= w;
    t = ((a >>> 16) ^ c) & PAIRS;
    u = ((b >>> 16) ^ d) & PAIRS;
    v = ((e >>> 16) ^ g) & PAIRS;
    w = ((f >>> 16) ^ h) & PAIRS;
    a ^= t << 16;
    b ^= u << 16;
    c ^= t;
    d ^= u;
    e ^= v << 16;
    f ^= w << 16;
    g ^= v;
    h ^= w;
    t = ((a >>> 8) ^ b) & BYTES;
    u = ((c >>> 8) ^ d) & BYTES;
    v = ((e >>> 8) ^ f) & BYTES;
    w = ((g >>> 8) ^ h) & BYTES;
    out[outAt] = a ^ (t << 8);
    out[outAt + outStep] = b ^ t;
    out[outAt + 2 * outStep] = c ^ (u << 8);
    out[outAt + 3 * outStep] = d ^ u;
    out[outAt + 4 * outStep] = e ^ (v << 8);
    out[outAt + 5 * outStep] = f ^ v;
    out[outAt + 6 * outStep] = g ^ (w << 8);
    out[outAt + 7 * outStep] = h ^ w;
  }

  /** Bytes 0 2 4 6 go to the low half, 1 3 5 7 to the high half. */
  private static long unzip(long x) {
    return swap(swap(x, 8, 0x0000_FF00_0000_FF00L), 16, 0x0000_0000_FFFF_0000L);
  }

  /**
   * The inverse: bytes of the low half go to the even places, those of the high half to the odd.
   */
  private static long zip(long x) {
    return swap(swap(x, 16, 0x0000_0000_FFFF_0000L), 8, 0x0000_FF00_0000_FF00L);
  }

  /** Exchanges the bits under {@code mask} with those {@code shift} places higher. */
  private static long swap(long x, int shift, long mask) {
    long t = ((x >>> shift) ^ x) & mask;
    return x ^ t ^ (t << shift);
  }
}
