// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The memory in which an extent is gathered; one per writer, used again for every extent. */
final class ExtentBuffer implements AutoCloseable {
  /** Writes are gathered to about this size. */
  static final int PAYLOAD_BYTES_WANTED = 4 << 20;

  private static final int PAYLOAD_BYTES_MAX =
      PAYLOAD_BYTES_WANTED + 2 * (1 << RegionSchema.BLOCK_LOG2_MAX);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment head =
      arena.allocate(Extent.HEADER_BYTES + (long) Extent.BLOCKS_MAX * BlockIndex.ENTRY_BYTES, 8);
  private final MemorySegment payload = arena.allocate(PAYLOAD_BYTES_MAX, 8);

  MemorySegment head() {
    return head;
  }

  MemorySegment payload() {
    return payload;
  }

  @Override
  public void close() {
    arena.close();
  }
}
