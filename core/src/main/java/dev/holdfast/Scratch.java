// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Native memory for one block at a time, shared by all regions. */
final class Scratch implements AutoCloseable {
  private @Nullable Arena arena;
  private MemorySegment memory = MemorySegment.NULL;

  /** Memory of this length, valid until the next call. */
  MemorySegment segment(int lengthBytes) {
    if (memory.byteSize() < lengthBytes) {
      close();
      arena = Arena.ofShared();
      memory = arena.allocate(Math.max(1 << 16, Integer.highestOneBit(lengthBytes - 1) << 1), 64);
    }
    return memory.asSlice(0, lengthBytes);
  }

  long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
      arena = null;
      memory = MemorySegment.NULL;
    }
  }
}
