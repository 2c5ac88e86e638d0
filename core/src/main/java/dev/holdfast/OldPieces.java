// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What blocks that changed in few places held there before, packed into spare slots: the loop waits
 * for the copy of some pieces, and the writer makes whole blocks of them when it wants any. Room
 * for those is kept.
 */
final class OldPieces {
  private final ShadowMemory memory;
  private final Spares spares;

  // One entry for each piece, in the order of blocks.
  private int[] blocks = {};
  private int[] offsets = {};
  private int[] lengths = {};
  private long[] places = {};
  private int count;

  // The slots, of which the last has room from free on.
  private long[] slots = {};
  private int slotCount;
  private int slotBytes;
  private int free;

  OldPieces(ShadowMemory memory, Spares spares) {
    this.memory = memory;
    this.spares = spares;
  }

  /**
   * Keeps a piece.
   *
   * @param block not before that of the last call
   * @param at where the piece begins in it
   * @param place where it lies in the memory
   * @param blockBytes a block's size, at least that of a piece
   * @return false when there is no room for it
   */
  boolean keep(int block, int at, long place, int bytes, int blockBytes) {
    if ((slotCount == 0 || free + bytes > slotBytes) && !addSlot(blockBytes)) {
      return false;
    }
    if (count == blocks.length) {
      int larger = Math.max(64, 2 * count);
      blocks = Arrays.copyOf(blocks, larger);
      offsets = Arrays.copyOf(offsets, larger);
      lengths = Arrays.copyOf(lengths, larger);
      places = Arrays.copyOf(places, larger);
    }
    blocks[count] = block;
    offsets[count] = at;
    lengths[count] = bytes;
    places[count] = slots[slotCount - 1] + free;
    memory.view(places[count], bytes).copyFrom(memory.view(place, bytes));
    free += bytes;
    count++;
    return true;
  }

  private boolean addSlot(int blockBytes) {
    long slot = spares.take(blockBytes);
    if (slot == ShadowMemory.NONE) {
      return false;
    }
    if (slotCount == slots.length) {
      slots = Arrays.copyOf(slots, Math.max(16, 2 * slotCount));
    }
    slots[slotCount++] = slot;
    slotBytes = blockBytes;
    free = 0;
    return true;
  }

  /** Puts the pieces of a block back into a copy of what it holds now. */
  void putInto(int block, MemorySegment copy) {
    int first = Arrays.binarySearch(blocks, 0, count, block);
    while (first > 0 && blocks[first - 1] == block) {
      first--;
    }
    for (int i = Math.max(0, first); i < count && blocks[i] == block; i++) {
      MemorySegment piece = memory.view(places[i], lengths[i]);
      MemorySegment.copy(piece, 0, copy, offsets[i], lengths[i]);
    }
  }

  /** Gives everything back. */
  void clear() {
    for (int i = 0; i < slotCount; i++) {
      spares.putBack(slots[i], slotBytes);
    }
    slotCount = 0;
    count = 0;
  }
}
