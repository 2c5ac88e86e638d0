// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

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
}
