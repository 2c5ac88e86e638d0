// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory that is reused from block to block and only ever grows, up to one block. */
final class Scratch implements AutoCloseable {
  private static final long SIZE_BYTES_MIN = 1 << 16;
  private static final long ALIGNMENT_BYTES = 64;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;
  private ByteBuffer view = memory.asByteBuffer();

  /** The first {@code sizeBytes} bytes; contents undefined; invalidates what was handed out. */
  MemorySegment segment(long sizeBytes) {
    reserve(sizeBytes);
    return memory.asSlice(0, sizeBytes);
  }

  /** All of the memory, at least {@code sizeBytes} bytes, as a direct buffer. */
  ByteBuffer buffer(long sizeBytes) {
    reserve(sizeBytes);
    return view;
  }

  private void reserve(long sizeBytes) {
    if (sizeBytes <= memory.byteSize()) {
      return;
    }
    Arena larger = Arena.ofShared();
    MemorySegment fresh = larger.allocate(Math.max(sizeBytes, SIZE_BYTES_MIN), ALIGNMENT_BYTES);
    arena.close();
    arena = larger;
    memory = fresh;
    view = fresh.asByteBuffer();
  }

  @Override
  public void close() {
    arena.close();
  }
}
