// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PrivatePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Native memory in slots of 64 B to 4 MiB, sizes being powers of two. Slots are cut from large
 * slabs and kept in free lists by size; slabs are given back only all at once, by {@link #close}.
 *
 * <p>A slot is named by one long, slab number and offset, so that a table of slots costs 8 bytes
 * per block and taking or freeing one makes no garbage.
 */
final class ShadowMemory implements AutoCloseable {
  /** Says that there is no slot. */
  static final long NONE = -1;

  private static final int LOG2_MIN = 6;
  private static final int LOG2_MAX = 22;
  private static final int OFFSET_BITS = 40;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
  private static final long SLAB_BYTES_MIN = 256 << 10;
  private static final long SLAB_BYTES_MAX = 1L << 30;
  private static final long PAGE_BYTES_MIN = 4096;

  /** Below it the first call of the C library takes longer than what huge pages save. */
  private static final long HUGE_PAGES_MIN = 32L << 20;

  private final Arena arena = Arena.ofShared();
  private final long limitBytes;

  /** Replaced when a capture needs more, while the writer reads slots of the one before. */
  private volatile MemorySegment[] slabs = new MemorySegment[8];

  private int slabCount;
  private long slabBytes;

  /** Slots are cut from slab {@code current} at {@code next}; slabs behind it are untouched. */
  private int current = -1;

  private long next;

  private final long[][] free = new long[LOG2_MAX + 1][0];
  private final int[] freeCount = new int[LOG2_MAX + 1];

  /**
   * @param limitBytes what all slabs together may have at most
   */
  ShadowMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** The bytes of all slabs. */
  long sizeBytes() {
    return slabBytes;
  }

  int slabCount() {
    return slabCount;
  }

  /** The bytes of the slot that a block needs. */
  static long slotBytes(int lengthBytes) {
    return 1L << log2(lengthBytes);
  }

  private static int log2(int lengthBytes) {
    return Math.max(LOG2_MIN, Integer.SIZE - Integer.numberOfLeadingZeros(lengthBytes - 1));
  }

  /** What memory is taken for. */
  enum Use {
    /** For captures: its pages are touched at once, so that the loop does not wait for them. */
    TOUCHED,
    /** For what is filled at once: by a restore, or by a capture that needs more. */
    FILLED,
    /** For what changes in a mapped state: what is not used is to cost nothing. */
    SPARSE
  }

  /** Takes the memory for so many bytes of slots at once, within the limit as far as it goes. */
  void reserve(long bytes, Use use) {
    long missing = Math.min(bytes, limitBytes - slabBytes);
    while (missing > 0) {
      long slab = Math.min(missing, SLAB_BYTES_MAX);
      if (!addSlab(slab, use)) {
        return;
      }
      missing -= slab;
    }
  }

  private MemorySegment allocate(long bytes, Use use) {
    try {
      if (use == Use.SPARSE) {
        long align = PrivatePages.ALIGN_BYTES;
        long whole = Math.ceilDiv(bytes, align) * align;
        return PrivatePages.ofProcess().allocate(arena, whole, align).asSlice(0, bytes);
      }
      if (bytes >= HUGE_PAGES_MIN) {
        MemorySegment memory = PrivatePages.ofProcess().allocateHuge(arena, bytes, 1);
        return use == Use.TOUCHED ? touch(memory) : memory;
      }
    } catch (RefusedException e) {
      // Then it costs some time.
    }
    return arena.allocate(bytes, PAGE_BYTES_MIN);
  }

  private static MemorySegment touch(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at += PAGE_BYTES_MIN) {
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
    }
    return memory;
  }

  private boolean addSlab(long bytes, Use use) {
    try {
      MemorySegment slab = allocate(bytes, use);
      MemorySegment[] more = slabs;
      if (slabCount == more.length) {
        more = Arrays.copyOf(more, 2 * slabCount);
      }
      more[slabCount++] = slab;
      slabs = more;
      slabBytes += bytes;
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /** Takes a slot for a block of this length, 1 byte to 4 MiB, or returns {@link #NONE}. */
  long take(int lengthBytes) {
    int log2 = log2(lengthBytes);
    if (freeCount[log2] > 0) {
      return free[log2][--freeCount[log2]];
    }
    long bytes = 1L << log2;
    while (current < 0 || next + bytes > slabs[current].byteSize()) {
      if (current + 1 == slabCount && !grow(bytes)) {
        return NONE;
      }
      cutUp();
      current++;
      next = 0;
    }
    long slot = ((long) current << OFFSET_BITS) | next;
    next += bytes;
    return slot;
  }

  /** Adds a slab of an eighth of what there is, so that few are needed and little is in excess. */
  private boolean grow(long bytesAtLeast) {
    long wanted = Math.clamp(slabBytes / 8, SLAB_BYTES_MIN, SLAB_BYTES_MAX);
    long size = Math.min(Math.max(wanted, bytesAtLeast), limitBytes - slabBytes);
    return size >= bytesAtLeast && addSlab(size, Use.FILLED);
  }

  /** Makes smaller slots of what is left of the current slab. */
  private void cutUp() {
    if (current < 0) {
      return;
    }
    long left = slabs[current].byteSize() - next;
    while (left >= 1 << LOG2_MIN) {
      int log2 = Math.min(LOG2_MAX, Long.SIZE - 1 - Long.numberOfLeadingZeros(left));
      push(((long) current << OFFSET_BITS) | next, log2);
      next += 1L << log2;
      left -= 1L << log2;
    }
  }

  /** Puts a slot back that was taken for a block of this length. */
  void putBack(long slot, int lengthBytes) {
    push(slot, log2(lengthBytes));
  }

  private void push(long slot, int log2) {
    if (freeCount[log2] == free[log2].length) {
      free[log2] = Arrays.copyOf(free[log2], Math.max(16, 2 * freeCount[log2]));
    }
    free[log2][freeCount[log2]++] = slot;
  }

  private MemorySegment slab(long slot) {
    return slabs[(int) (slot >>> OFFSET_BITS)];
  }

  /** The slot's bytes. */
  MemorySegment view(long slot, int lengthBytes) {
    return slab(slot).asSlice(slot & OFFSET_MASK, lengthBytes);
  }

  /** As {@link Pieces#differ}; the slot may be advanced by the offset of a piece in its block. */
  boolean differs(long slot, MemorySegment live, long start, int lengthBytes) {
    return Pieces.differ(live, start, slab(slot), slot & OFFSET_MASK, lengthBytes);
  }

  /** Copies live bytes into a slot, which may be advanced. */
  void copyIn(long slot, MemorySegment live, long start, int lengthBytes) {
    MemorySegment.copy(live, start, slab(slot), slot & OFFSET_MASK, lengthBytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
