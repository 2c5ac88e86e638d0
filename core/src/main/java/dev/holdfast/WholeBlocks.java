// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionSchema;
import java.util.Arrays;

/**
 * Blocks of a part that are to be copied as a whole, in one go once all are known. A copy of
 * several megabytes writes past the cache and so reads nothing that it overwrites, which saves a
 * third of what the memory has to carry; blocks copied one by one go through it. But only
 * neighbours whose slots are neighbours, too, can be copied at once, and slots come into any order
 * when now these blocks change and now those. What the slots of these blocks hold is not wanted any
 * more: so they are dealt out anew, in the order of their addresses.
 */
final class WholeBlocks {
  /** One copy cannot be interrupted, and whoever wants to stop all threads waits for its end. */
  private static final int COPY_BYTES_MAX = 16 << 20;

  private final Part part;
  private final CapturedBlocks captured;
  private int[] blocks = {};
  private int count;

  WholeBlocks(Part part, CapturedBlocks captured) {
    this.part = part;
    this.captured = captured;
  }

  /** Adds one, above all before it. Until it is copied it is not known. */
  void add(int block) {
    captured.setUnknown(block);
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(16, 2 * count));
    }
    blocks[count++] = block;
  }

  /** Copies them all. */
  void copy() {
    if (count > 0 && part.isOneSegment()) {
      captured.sortSlots(blocks, count);
    }
    int i = 0;
    while (i < count) {
      int from = i++;
      while (i < count && isNeighbour(from, i)) {
        i++;
      }
      copy(blocks[from], i - from);
    }
  }

  private boolean isNeighbour(int from, int i) {
    int bytes = (i - from) * captured.schema().blockSizeBytes();
    return part.isOneSegment()
        && blocks[i] == blocks[from] + (i - from)
        && captured.slot(blocks[i]) == captured.slot(blocks[from]) + bytes
        && bytes < COPY_BYTES_MAX;
  }

  private void copy(int first, int run) {
    RegionSchema schema = captured.schema();
    int bytes = (run - 1) * schema.blockSizeBytes() + schema.blockLengthBytes(first + run - 1);
    long offset = (long) first << schema.blockLog2();
    captured.copyIn(first, 0, part.window(offset, bytes), part.windowStart(offset), bytes);
    for (int b = first; b < first + run; b++) {
      captured.setKnown(b);
    }
  }
}
