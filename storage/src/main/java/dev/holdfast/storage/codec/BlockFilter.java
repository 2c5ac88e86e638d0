// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The filters of a pipeline over a whole block: differences, folding, byte planes, and back.
 *
 * <p>The block is worked off in chunks that fit the first-level cache, held in Java arrays: plain
 * array loops are what the JIT compiler optimises best, and a chunk is one bulk copy away from
 * native memory. Arrays are little-endian like blocks, because Holdfast runs on no other machine.
 * The element before the chunk is carried along, so chunks leave no trace in the output. Not
 * thread-safe; input and output must not overlap.
 */
final class BlockFilter {
  /** 16 KiB; whole elements of any width. */
  private static final int CHUNK_LONGS = 2048;

  private static final int CHUNK_BYTES = 8 * CHUNK_LONGS;
  private static final LaneMath[] LANES = {
    new LaneMath(1), new LaneMath(2), new LaneMath(4), new LaneMath(8)
  };

  private long[] elements = new long[1 + CHUNK_LONGS];
  private long[] spare = new long[1 + CHUNK_LONGS];
  private final byte[] split = new byte[CHUNK_BYTES];
  private final BytePlanes planes = new BytePlanes(CHUNK_LONGS);

  /** Filters {@code raw} into {@code out}, which has the same length. */
  void forward(Codec codec, MemorySegment raw, MemorySegment out) {
    int width = codec.elementWidthBytes();
    int planeBytes = (int) raw.byteSize() / width;
    int filteredBytes = planeBytes * width;
    long[] carries = new long[2];
    for (int offset = 0; offset < filteredBytes; offset += CHUNK_BYTES) {
      int chunkBytes = Math.min(CHUNK_BYTES, filteredBytes - offset);
      chunk(elements, chunkBytes).copyFrom(raw.asSlice(offset, chunkBytes));
      differ(codec, longsOf(chunkBytes), carries);
      int count = chunkBytes / width;
      planes.split(width, elements, split, count);
      for (int k = 0; k < width; k++) {
        long at = (long) k * planeBytes + offset / width;
        MemorySegment.copy(split, k * count, out, ValueLayout.JAVA_BYTE, at, count);
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
      int count = chunkBytes / width;
      for (int k = 0; k < width; k++) {
        long at = (long) k * planeBytes + offset / width;
        MemorySegment.copy(filtered, ValueLayout.JAVA_BYTE, at, split, k * count, count);
      }
      planes.join(width, split, elements, count);
      sum(codec, longsOf(chunkBytes), carries);
      raw.asSlice(offset, chunkBytes).copyFrom(chunk(elements, chunkBytes));
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

  /** A chunk of this length; what its last long holds behind that does not matter. */
  private static MemorySegment chunk(long[] elements, int bytes) {
    return MemorySegment.ofArray(elements).asSlice(Long.BYTES, bytes);
  }
}
