// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A stored version, as far as a restore needs it. */
interface BlockReader {

  List<RegionSchema> regions();

  /**
   * Reads and verifies one block.
   *
   * @param region index into {@link #regions()}
   * @param dst native, exactly as long as the block
   */
  void readBlock(int region, int block, MemorySegment dst);

  /**
   * Reads and verifies all blocks of a region, by several threads, at the latest in {@link #await}.
   */
  void readRegion(int region, ParallelReader.Target target);

  /**
   * Blocks of a region that may be mapped instead of read; none unless that is wanted.
   *
   * @param region index into {@link #regions()}
   */
  default List<RawRun> rawRuns(int region) {
    return List.of();
  }

  /**
   * Such blocks have been mapped: they are to be verified yet.
   *
   * @param bytes theirs
   */
  default void mapped(int region, RawRun run, MemorySegment bytes) {}

  /** Waits until all regions have been read; throws what reading one of their blocks has thrown. */
  void await();
}
