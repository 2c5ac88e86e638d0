// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The filters of a pipeline over a whole block: differences, folding, byte planes, and back.
 *
 * <p>The block is worked off in chunks that fit the first-level cache, held in two Java arrays:
 * plain array loops are what the JIT compiler optimises best, and a chunk is one bulk copy away
 * from native memory. The element before the chunk is carried along, so chunks leave no trace in
 * the output. Not thread-safe; input and output must not overlap.
 */
final class BlockFilter {
  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** 16 KiB; a multiple of a group (8 elements of at most 8 bytes). */
  private static final int CHUNK_LONGS = 2048;

  private static final int CHUNK_BYTES = 8 * CHUNK_LONGS;
  private static final LaneMath[] LANES = {
    new LaneMath(1), new LaneMath(2), new LaneMath(4), new LaneMath(8)
  };

  private long[] elements = new long[1 + CHUNK_LONGS];
  private long[] spare = new long[1 + CHUNK_LONGS];

  /** Filters {@code raw} into {@code out}, which has the same length. */
  void forward(Codec codec, MemorySegment raw, MemorySegment out) {
    int width = codec.elementWidthBytes();
    int planeBytes = (int) raw.byteSize() / width;
    int filteredBytes = planeBytes * width;
    long[] carries = new long[2];
    for (int offset = 0; offset < filteredBytes; offset += CHUNK_BYTES) {
      int chunkBytes = Math.min(CHUNK_BYTES, filteredBytes - offset);
      load(raw, offset, elements, 1, chunkBytes);
      differ(codec, longsOf(chunkBytes), carries);
      int groups = groupsOf(chunkBytes, width);
      BytePlanes.split(width, elements, spare, groups);
      for (int k = 0; k < width; k++) {
        int at = k * planeBytes + offset / width;
        store(spare, k * groups, out, at, chunkBytes / width);
      }
    }
    MemorySegment.copy(raw, filteredBytes, out, filteredBytes, raw.byteSize() - filteredBytes);
  }

  /** Undoes {@link #forward}. */
  void inverse(Codec codec, MemorySegment filtered, MemorySegment raw) {
    int width = codec.elementWidthBytes();
    int planeBytes = (int) raw.byteSize() / width;
    int filteredBytes = planeBytes * width;
    long[] carries = new long[2];
    for (int offset = 0; offset < filteredBytes; offset += CHUNK_BYTES) {
      int chunkBytes = Math.min(CHUNK_BYTES, filteredBytes - offset);
      int groups = groupsOf(chunkBytes, width);
      for (int k = 0; k < width; k++) {
        int at = k * planeBytes + offset / width;
        load(filtered, at, spare, k * groups, chunkBytes / width);
      }
      BytePlanes.join(width, spare, elements, groups);
      sum(codec, longsOf(chunkBytes), carries);
      store(elements, 1, raw, offset, chunkBytes);
    }
    MemorySegment.copy(filtered, filteredBytes, raw, filteredBytes, raw.byteSize() - filteredBytes);
  }

  private void differ(Codec codec, int longs, long[] carries) {
    LaneMath lanes = LANES[codec.elementWidthLog2()];
    int differences = codec.pipeline().differences();
    for (int d = 0; d < differences; d++) {
      elements[0] = carries[d];
      carries[d] = elements[longs];
      lanes.difference(elements, spare, longs);
      long[] swapped = elements;
      elements = spare;
      spare = swapped;
    }
    if (differences > 0) {
      lanes.fold(elements, longs);
    }
  }

  private void sum(Codec codec, int longs, long[] carries) {
    LaneMath lanes = LANES[codec.elementWidthLog2()];
    int differences = codec.pipeline().differences();
    if (differences > 0) {
      lanes.unfold(elements, longs);
    }
    for (int d = 0; d < differences; d++) {
      elements[0] = carries[d];
      lanes.runningSum(elements, longs);
      carries[d] = elements[longs];
    }
  }

  private static int longsOf(int bytes) {
    return (bytes + 7) / 8;
  }

  private static int groupsOf(int chunkBytes, int width) {
    return (chunkBytes / width + 7) / 8;
  }

  /** The last long is filled up with zero bytes; longs after it keep what they held. */
  private static void load(MemorySegment from, long offset, long[] to, int index, int bytes) {
    int whole = bytes / 8;
    MemorySegment.copy(from, LONG_LE, offset, to, index, whole);
    if (bytes % 8 != 0) {
      long last = 0;
      for (int i = bytes - 1; i >= whole * 8; i--) {
        last = last << 8 | (from.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF);
      }
      to[index + whole] = last;
    }
  }

  private static void store(long[] from, int index, MemorySegment to, long offset, int bytes) {
    int whole = bytes / 8;
    MemorySegment.copy(from, index, to, LONG_LE, offset, whole);
    if (bytes % 8 != 0) {
      long last = from[index + whole];
      for (int i = whole * 8; i < bytes; i++) {
        to.set(ValueLayout.JAVA_BYTE, offset + i, (byte) last);
        last >>>= 8;
      }
    }
  }
}
