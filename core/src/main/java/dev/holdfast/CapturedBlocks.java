// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one region as a capture has them, which its writer reads while the program goes on:
 * for each a slot of the shadow with the bytes captured, and where they changed the bytes that the
 * newest committed version holds.
 *
 * <p>A block is <em>owed</em> from the capture that finds it changed until a version that holds it
 * is committed.
 *
 * <p>A capture may begin while the one before is still being written. Then it goes on with a {@link
 * #beside copy} of this table, leaves every slot there is as it is, and gives what it finds changed
 * another one; only the end of the capture before tells which of its own are owed yet, and where
 * their committed bytes are ({@link #follow}).
 *
 * <p>A block that a restart has mapped instead of reading it has an <em>unfilled</em> slot: what
 * was captured last lies in the mapped file, until the block changes.
 */
final class CapturedBlocks implements RegionSource {
  private static final byte OWED = 1;

  /** The slot holds what was captured; not so for new blocks. */
  private static final byte KNOWN = 2;

  /** It has another slot than in the table of the capture before, which is still being written. */
  private static final byte MOVED = 4;

  /** The slot's bytes are those of {@link #stored} yet. */
  private static final byte UNFILLED = 8;

  /** Instead of an old slot: what it would hold is kept in pieces. */
  private static final long IN_PIECES = -2;

  private final ShadowMemory memory;
  private final Spares spares;
  private final OldPieces pieces;
  private @Nullable RegionSchema schema;
  private long[] slots = {};
  private long[] olds = {};
  private byte[] flags = {};

  /** Blocks as they lie in files, mapped; empty where none is. */
  private @Nullable MemorySegment[] stored = {};

  private int owedBlocks;
  private long owedBytes;
  private int oldBlocks;

  CapturedBlocks(ShadowMemory memory, Spares spares) {
    this.memory = memory;
    this.spares = spares;
    pieces = new OldPieces(memory, spares);
  }

  /** A copy, for a capture that begins before the writer has done with that of the original. */
  private CapturedBlocks(CapturedBlocks other) {
    memory = other.memory;
    spares = other.spares;
    pieces = other.pieces;
    schema = other.schema;
    slots = other.slots.clone();
    olds = new long[slots.length];
    Arrays.fill(olds, ShadowMemory.NONE);
    flags = other.flags.clone();
    stored = other.stored;
    recount();
  }

  /** Whether anything was captured or expected yet. */
  boolean isNew() {
    return schema == null;
  }

  @Override
  public RegionSchema schema() {
    if (schema == null) {
      throw new IllegalStateException("no block has a slot yet");
    }
    return schema;
  }

  int count() {
    return slots.length;
  }

  long owedBytes() {
    return owedBytes;
  }

  boolean isOwed(int block) {
    return (flags[block] & OWED) != 0;
  }

  boolean isKnown(int block) {
    return (flags[block] & KNOWN) != 0;
  }

  /** The slot's bytes are what was captured. */
  void setKnown(int block) {
    flags[block] |= KNOWN;
    flags[block] &= ~UNFILLED;
  }

  /** What the slot holds does not count. */
  void setUnknown(int block) {
    flags[block] &= ~KNOWN;
  }

  /** Whether what was captured last is not in the slot but in a mapped file. */
  boolean isUnfilled(int block) {
    return (flags[block] & UNFILLED) != 0;
  }

  /** A restart has mapped a block, which is not read before it is touched. */
  void setUnfilled(int block, MemorySegment mapped) {
    if (stored.length == 0) {
      stored = new MemorySegment[slots.length];
    }
    stored[block] = mapped;
    flags[block] |= UNFILLED;
  }

  /** Whether a piece of the program's memory differs from what was captured last. */
  boolean differs(int block, int at, MemorySegment live, long start, int bytes) {
    return isUnfilled(block)
        ? Pieces.differ(live, start, mapped(block), at, bytes)
        : memory.differs(slots[block] + at, live, start, bytes);
  }

  private MemorySegment mapped(int block) {
    return Objects.requireNonNull(stored[block]);
  }

  void setOwed(int block) {
    flags[block] |= OWED;
  }

  /** Copies a piece of the program's memory into a block. */
  void copyIn(int block, int at, MemorySegment live, long start, int bytes) {
    memory.copyIn(slots[block] + at, live, start, bytes);
  }

  /**
   * Gives these blocks, which are not known, each other's slots, so that their addresses ascend.
   *
   * @param some ascending; the first {@code count} of the array
   */
  void sortSlots(int[] some, int count) {
    boolean shortLast = lengthBytes(some[count - 1]) < schema().blockSizeBytes();
    int alike = shortLast ? count - 1 : count;
    long[] sorted = new long[alike];
    for (int i = 0; i < alike; i++) {
      sorted[i] = slots[some[i]];
    }
    Arrays.sort(sorted);
    for (int i = 0; i < alike; i++) {
      slots[some[i]] = sorted[i];
    }
  }

  /** Where the captured bytes of a block lie in the shadow's memory. */
  long slot(int block) {
    return slots[block];
  }

  /** Nothing is known any more and everything is owed; the slots stay. */
  void distrust() {
    for (int b = 0; b < slots.length; b++) {
      flags[b] &= ~KNOWN;
      flags[b] |= OWED;
    }
    recount();
  }

  /** Nothing is mapped any more, or yet. */
  void forgetMapped() {
    stored = new MemorySegment[0];
    for (int b = 0; b < slots.length; b++) {
      flags[b] &= ~UNFILLED;
    }
  }

  /** Everything is known and nothing owed. */
  void restored() {
    for (int b = 0; b < slots.length; b++) {
      flags[b] = (byte) (KNOWN | (flags[b] & UNFILLED));
    }
    recount();
  }

  /**
   * Gives every block of a region a slot.
   *
   * @return false when the memory does not suffice; the shadow must then be given up
   */
  boolean fit(RegionSchema now) {
    RegionSchema before = schema;
    schema = now;
    if (before != null && before.sizeBytes() == now.sizeBytes()) {
      return true; // another shape of as many bytes
    }
    int kept = before == null ? 0 : keptBlocks(before, now);
    if (before != null) {
      drop(before, kept);
    }
    int blocks = now.blockCount();
    slots = Arrays.copyOf(slots, blocks);
    olds = Arrays.copyOf(olds, blocks);
    flags = Arrays.copyOf(flags, blocks);
    for (int b = kept; b < blocks; b++) {
      slots[b] = memory.take(now.blockLengthBytes(b));
      olds[b] = ShadowMemory.NONE;
      flags[b] = OWED;
      if (slots[b] == ShadowMemory.NONE) {
        return false;
      }
    }
    recount();
    return true;
  }

  /** How many leading blocks are as long as before. */
  private static int keptBlocks(RegionSchema before, RegionSchema now) {
    if (before.blockLog2() != now.blockLog2()) {
      return 0;
    }
    int kept = Math.min(before.blockCount(), now.blockCount());
    boolean same = kept == 0 || before.blockLengthBytes(kept - 1) == now.blockLengthBytes(kept - 1);
    return same ? kept : kept - 1;
  }

  private void drop(RegionSchema before, int from) {
    for (int b = from; b < slots.length; b++) {
      memory.putBack(slots[b], before.blockLengthBytes(b));
    }
  }

  /** Counts what the blocks say, whichever thread has marked them. */
  void recount() {
    RegionSchema now = schema();
    int owed = 0;
    int kept = 0;
    for (int b = 0; b < slots.length; b++) {
      owed += flags[b] & OWED;
      kept += olds[b] == ShadowMemory.NONE ? 0 : 1;
    }
    int last = slots.length - 1;
    owedBlocks = owed;
    oldBlocks = kept;
    owedBytes = (long) owed * now.blockSizeBytes();
    if (last >= 0 && isOwed(last)) {
      owedBytes += now.blockLengthBytes(last) - now.blockSizeBytes();
    }
  }

  // What a block held before ----------------------------------------------------------------------

  /**
   * Keeps the committed bytes of a block in their slot and moves it to a spare one, if there is
   * any.
   */
  boolean keepOld(int block) {
    long spare = spares.take(lengthBytes(block));
    if (spare == ShadowMemory.NONE) {
      return false;
    }
    olds[block] = slots[block];
    slots[block] = spare;
    return true;
  }

  /** Keeps room for a slot with the committed bytes of a block, of which only pieces are kept. */
  boolean keepOldInPieces(int block) {
    boolean room = spares.reserve(lengthBytes(block));
    olds[block] = room ? IN_PIECES : ShadowMemory.NONE;
    return room;
  }

  /** A piece of a block is about to be overwritten. */
  void keepPiece(int block, int at, int bytes) {
    if (olds[block] == IN_PIECES
        && !pieces.keep(block, at, slots[block] + at, bytes, schema().blockSizeBytes())) {
      olds[block] = ShadowMemory.NONE;
      spares.release(lengthBytes(block));
    }
  }

  private int lengthBytes(int block) {
    return schema().blockLengthBytes(block);
  }

  // Beside a capture that is being written --------------------------------------------------------

  /** A copy for the next capture, while this one is being written. */
  CapturedBlocks beside() {
    return new CapturedBlocks(this);
  }

  /**
   * Gives a block that has changed another slot than it has in the table that is being written.
   *
   * @return false when there is none to spare, or when it has not got one there
   */
  boolean move(int block) {
    if (isUnfilled(block)) {
      return false;
    }
    long spare = spares.take(lengthBytes(block));
    if (spare == ShadowMemory.NONE) {
      return false;
    }
    slots[block] = spare;
    flags[block] |= MOVED | OWED;
    return true;
  }

  /**
   * The capture before has ended: what it does not need any more is spare, or is what the newest
   * committed version holds.
   *
   * @param before its table, of which this one is a copy
   * @param committed whether a version holds every block that was owed there
   */
  void follow(CapturedBlocks before, boolean committed) {
    before.releaseOlds();
    for (int b = 0; b < slots.length; b++) {
      boolean moved = (flags[b] & MOVED) != 0;
      flags[b] &= ~MOVED;
      if (moved && (committed || !before.isOwed(b))) {
        olds[b] = before.slots[b];
      } else if (moved) {
        spares.putBack(before.slots[b], lengthBytes(b));
      } else if (committed && isKnown(b)) {
        flags[b] &= ~OWED;
      }
    }
    recount();
  }

  private void releaseOlds() {
    if (oldBlocks == 0) {
      return;
    }
    for (int b = 0; b < slots.length; b++) {
      if (olds[b] >= 0) {
        spares.putBack(olds[b], lengthBytes(b));
      } else if (olds[b] == IN_PIECES) {
        spares.release(lengthBytes(b));
      }
      olds[b] = ShadowMemory.NONE;
    }
    oldBlocks = 0;
    pieces.clear();
  }

  /**
   * The capture has ended: old slots are spare again.
   *
   * @param committed whether a version holds every block that was owed
   */
  void end(boolean committed) {
    releaseOlds();
    if (committed && owedBlocks > 0) {
      for (int b = 0; b < slots.length; b++) {
        flags[b] &= ~OWED;
      }
      owedBlocks = 0;
      owedBytes = 0;
    }
  }

  // For the writer --------------------------------------------------------------------------------

  @Override
  public boolean changed(int block) {
    return isOwed(block);
  }

  @Override
  public MemorySegment block(int block) {
    return isUnfilled(block) ? mapped(block) : slotBytes(block);
  }

  /** The slot's memory, whatever it holds. */
  MemorySegment slotBytes(int block) {
    return memory.view(slots[block], lengthBytes(block));
  }

  @Override
  public @Nullable MemorySegment committed(int block) {
    if (olds[block] == IN_PIECES) {
      olds[block] = putTogether(block);
    }
    return olds[block] == ShadowMemory.NONE ? null : memory.view(olds[block], lengthBytes(block));
  }

  /** The slot of what a block held before, where only pieces of that were kept; or none. */
  private long putTogether(int block) {
    int length = lengthBytes(block);
    long slot = spares.takeReserved(length);
    if (slot != ShadowMemory.NONE) {
      MemorySegment whole = memory.view(slot, length).copyFrom(block(block));
      pieces.putInto(block, whole);
    }
    return slot;
  }

  /** Slots are this capture's until it has ended. */
  @Override
  public boolean keepsBytes() {
    return true;
  }
}
