// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One stored region read from the program's own memory, which must stand still meanwhile. */
final class LiveSource implements RegionSource {
  private final Part part;
  private final Scratch scratch;

  LiveSource(Part part, Scratch scratch) {
    this.part = part;
    this.scratch = scratch;
  }

  @Override
  public RegionSchema schema() {
    return part.schema();
  }

  @Override
  public boolean changed(int block) {
    return true;
  }

  @Override
  public MemorySegment block(int block) {
    int length = schema().blockLengthBytes(block);
    long offset = (long) block << schema().blockLog2();
    MemorySegment copy = scratch.segment(length);
    MemorySegment live = part.window(offset, length);
    MemorySegment.copy(live, part.windowStart(offset), copy, 0, length);
    return copy;
  }

  @Override
  public @Nullable MemorySegment committed(int block) {
    return null;
  }
}
