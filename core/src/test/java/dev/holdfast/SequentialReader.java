// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads every region at once and on the caller's thread. */
interface SequentialReader extends BlockReader {
  @Override
  default void readRegion(int region, ParallelReader.Target target) {
    RegionSchema schema = regions().get(region);
    try (Arena arena = Arena.ofConfined()) {
      for (int b = 0; b < schema.blockCount(); b++) {
        int length = schema.blockLengthBytes(b);
        MemorySegment into = target.memory(b).orElseGet(() -> arena.allocate(length));
        readBlock(region, b, into);
        target.take(b, into);
      }
    }
  }

  @Override
  default void await() {}
}
