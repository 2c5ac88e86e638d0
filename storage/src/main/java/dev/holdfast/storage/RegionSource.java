// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One region's blocks at a capture. All segments are native, exactly as long as the schema says for
 * the block, and unchanged until the commit has returned.
 */
public interface RegionSource {

  RegionSchema schema();

  /** Whether the block may differ from what the newest committed version holds. */
  boolean changed(int block);

  /**
   * The block's bytes as captured. Called by one thread; any block may be asked for, since a full
   * version stores all. The segment need only be valid until the next call.
   */
  MemorySegment block(int block);

  /**
   * The bytes that the newest committed version holds for a changed block, or null when they are
   * not at hand.
   */
  @Nullable MemorySegment committed(int block);

  /**
   * Whether all segments stay valid and unchanged until the commit has returned, for any thread:
   * then no block is copied before it is encoded.
   */
  default boolean keepsBytes() {
    return false;
  }
}
