// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The memory in which the extents of one version are gathered. It is there only while a version is
 * being written: between checkpoints a job's memory is the job's.
 */
final class ExtentBuffer implements AutoCloseable {
  /** Writes are gathered to about this size. */
  static final int PAYLOAD_BYTES_WANTED = 4 << 20;

  /** What a block may take beyond its own bytes: what encryption adds, and padding. */
  private static final int BLOCK_EXTRA_BYTES = BlockCipher.EXTRA_BYTES + 12;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment head =
      arena.allocate(Extent.HEADER_BYTES + (long) Extent.BLOCKS_MAX * BlockIndex.ENTRY_BYTES, 8);
  private final MemorySegment payload;

  /** As large as these regions need, and no larger than an extent may become. */
  ExtentBuffer(List<RegionSchema> regions) {
    long allBytes = 0;
    long largestBytes = 0;
    for (RegionSchema region : regions) {
      allBytes += region.sizeBytes() + (long) region.blockCount() * BLOCK_EXTRA_BYTES;
      largestBytes = Math.max(largestBytes, region.blockSizeBytes() + BLOCK_EXTRA_BYTES);
    }
    payload = arena.allocate(Math.min(PAYLOAD_BYTES_WANTED, allBytes) + 2 * largestBytes + 8, 8);
  }

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
