// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What one thread needs to read blocks: a decoder, and memory that grows to a few blocks and no
 * further.
 */
final class BlockScratch implements AutoCloseable {
  private static final int BYTES_AT_FIRST = 1 << RegionSchema.BLOCK_LOG2_MIN;

  private final Arena arena = Arena.ofShared();
  private final BlockDecoder decoder = new BlockDecoder();
  private MemorySegment stored = arena.allocate(BYTES_AT_FIRST, 8);
  private MemorySegment raw = arena.allocate(BYTES_AT_FIRST, 8);
  private MemorySegment layer = arena.allocate(BYTES_AT_FIRST, 8);

  BlockDecoder decoder() {
    return decoder;
  }

  /** Memory for the stored bytes of a block. */
  MemorySegment stored(int bytes) {
    stored = grown(stored, bytes);
    return stored.asSlice(0, bytes);
  }

  /** Memory for a raw block. */
  MemorySegment raw(int bytes) {
    raw = grown(raw, bytes);
    return raw.asSlice(0, bytes);
  }

  /** Memory for a layer below a block. */
  MemorySegment layer(int bytes) {
    layer = grown(layer, bytes);
    return layer.asSlice(0, bytes);
  }

  /** To the next power of two, so that all that is outgrown together is no larger. */
  private MemorySegment grown(MemorySegment memory, int bytes) {
    return memory.byteSize() >= bytes
        ? memory
        : arena.allocate(2L * Integer.highestOneBit(bytes), 8);
  }

  @Override
  public void close() {
    decoder.close();
    arena.close();
  }
}
