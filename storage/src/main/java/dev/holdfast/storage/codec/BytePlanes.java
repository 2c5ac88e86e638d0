// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Splits elements into byte planes (the "shuffle" of HDF5 and Blosc) and joins them again: plane k
 * holds byte k of every element.
 *
 * <p>Every loop here takes one plane and nothing else, so that its only operations are a shift and
 * a cast between an element and a byte: the JIT compiler makes vector instructions of these, and
 * passing over a chunk that lies in the first-level cache once for each plane is then several times
 * faster than an 8 x 8 transposition in registers, which it does not vectorise. On the way back a
 * byte is cast with its sign and loses that by two shifts, since a cast without sign is not
 * vectorised either (JDK 25).
 *
 * <p>Elements lie in a long array from index 1 on (index 0 is {@link LaneMath}'s), whatever their
 * width; planes of {@code count} bytes one after the other. Not thread-safe.
 */
final class BytePlanes {
  private final int[] ints;
  private final short[] shorts;

  /**
   * @param longs how long a chunk may be
   */
  BytePlanes(int longs) {
    ints = new int[4 * longs];
    shorts = new short[4 * longs];
  }

  /** Splits {@code count} elements. */
  void split(int elementBytes, long[] elements, byte[] planes, int count) {
    MemorySegment bytes = bytesOf(elements, (long) elementBytes * count);
    switch (elementBytes) {
      case 1 -> MemorySegment.ofArray(planes).copyFrom(bytes);
      case 2 -> {
        MemorySegment.ofArray(shorts).copyFrom(bytes);
        for (int k = 0; k < 2; k++) {
          split(shorts, 8 * k, planes, k * count, count);
        }
      }
      case 4 -> {
        MemorySegment.ofArray(ints).copyFrom(bytes);
        for (int k = 0; k < 4; k++) {
          split(ints, 8 * k, planes, k * count, count);
        }
      }
      default -> {
        for (int k = 0; k < 8; k++) {
          split(elements, 8 * k, planes, k * count, count);
        }
      }
    }
  }

  /** Joins {@code count} elements. */
  void join(int elementBytes, byte[] planes, long[] elements, int count) {
    long size = (long) elementBytes * count;
    MemorySegment bytes = bytesOf(elements, size);
    switch (elementBytes) {
      case 1 -> bytes.copyFrom(MemorySegment.ofArray(planes).asSlice(0, size));
      case 2 -> {
        Arrays.fill(ints, 0, count, 0);
        for (int k = 0; k < 2; k++) {
          join(planes, k * count, ints, 8 * k, count);
        }
        narrow(ints, shorts, count);
        bytes.copyFrom(MemorySegment.ofArray(shorts).asSlice(0, size));
      }
      case 4 -> {
        Arrays.fill(ints, 0, count, 0);
        for (int k = 0; k < 4; k++) {
          join(planes, k * count, ints, 8 * k, count);
        }
        bytes.copyFrom(MemorySegment.ofArray(ints).asSlice(0, size));
      }
      default -> {
        Arrays.fill(elements, 1, 1 + count, 0);
        for (int k = 0; k < 8; k++) {
          join(planes, k * count, elements, 8 * k, count);
        }
      }
    }
  }

  private static MemorySegment bytesOf(long[] elements, long size) {
    return MemorySegment.ofArray(elements).asSlice(Long.BYTES, size);
  }

  private static void split(long[] elements, int shift, byte[] planes, int at, int count) {
    for (int i = 0; i < count; i++) {
      planes[at + i] = (byte) (elements[1 + i] >>> shift);
    }
  }

  private static void split(int[] elements, int shift, byte[] planes, int at, int count) {
    for (int i = 0; i < count; i++) {
      planes[at + i] = (byte) ((long) elements[i] >>> shift);
    }
  }

  private static void split(short[] elements, int shift, byte[] planes, int at, int count) {
    for (int i = 0; i < count; i++) {
      planes[at + i] = (byte) ((long) elements[i] >>> shift);
    }
  }

  private static void join(byte[] planes, int at, long[] elements, int shift, int count) {
    int back = 56 - shift;
    for (int i = 0; i < count; i++) {
      elements[1 + i] |= ((long) planes[at + i] << 56) >>> back;
    }
  }

  private static void join(byte[] planes, int at, int[] elements, int shift, int count) {
    int back = 56 - shift;
    for (int i = 0; i < count; i++) {
      elements[i] |= (int) (((long) planes[at + i] << 56) >>> back);
    }
  }

  private static void narrow(int[] from, short[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = (short) (long) from[i];
    }
  }
}
