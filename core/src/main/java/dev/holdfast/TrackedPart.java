// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stored region with its shadow: a table of slots, one per block, which hold what was captured
 * last. The shadow is the exact change detector, what the writer reads while the program goes on,
 * and the previous value that a delta can refer to.
 *
 * <p>A block is <em>owed</em> from the capture that finds it changed until a version that holds it
 * is committed. A changed block that is not owed moves to a spare slot; its old slot holds the
 * bytes of the newest committed version until the capture ends. Where the kernel has told that few
 * pages of a block were written, it stays and its old bytes are kept in {@link OldPieces}. A
 * changed block that is owed is overwritten: no version holds what was there.
 */
final class TrackedPart implements RegionSource {
  private static final byte OWED = 1;

  /** Instead of an old slot: what it would hold is kept in pieces. */
  private static final long IN_PIECES = -2;

  /** The slot holds what was captured; not so for new blocks. */
  private static final byte KNOWN = 2;

  /** Below it threads cost more than they save. */
  private static final long SHARED_BYTES_MIN = 16L << 20;

  /** What one thread looks at in one go; a multiple of every block size. */
  private static final int SHARE_BYTES = 4 << 20;

  private final Part part;
  private @Nullable RegionSchema schema;
  private final ShadowMemory memory;
  private final Spares spares;
  private final OldPieces pieces;
  private final WriteWatch watch;
  private final CaptureTeam team;
  private long[] slots = {};
  private long[] olds = {};
  private byte[] flags = {};
  private int owedBlocks;
  private long owedBytes;
  private int oldBlocks;

  TrackedPart(Part part, ShadowMemory memory, Spares spares, CaptureTeam team) {
    this.part = part;
    this.team = team;
    this.memory = memory;
    this.spares = spares;
    pieces = new OldPieces(memory, spares);
    watch = part.watch();
  }

  Part part() {
    return part;
  }

  @Override
  public RegionSchema schema() {
    return schema == null ? part.schema() : schema;
  }

  int blockCount() {
    return slots.length;
  }

  long owedBytes() {
    return owedBytes;
  }

  /** Nothing is known any more and everything is owed; the slots stay. */
  void distrust() {
    for (int b = 0; b < slots.length; b++) {
      flags[b] &= ~KNOWN;
      flags[b] |= OWED;
    }
    count();
  }

  /** The bytes of the slots for the part as it is now. */
  long neededBytes() {
    RegionSchema now = part.schema();
    int blocks = now.blockCount();
    return blocks == 0
        ? 0
        : (blocks - 1L) * now.blockSizeBytes()
            + ShadowMemory.slotBytes(now.blockLengthBytes(blocks - 1));
  }

  /** Whether the part was captured with another size than it has now. */
  boolean hasOtherSize() {
    return schema != null && schema.sizeBytes() != part.schema().sizeBytes();
  }

  /**
   * Gives every block of the part as it is now a slot.
   *
   * @return false when the memory does not suffice; the shadow must then be given up
   */
  boolean resize() {
    RegionSchema before = schema;
    RegionSchema now = part.schema();
    if (now.equals(before)) {
      return true;
    }
    schema = now;
    watch.prepare();
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
    count();
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

  private boolean isOwed(int block) {
    return (flags[block] & OWED) != 0;
  }

  private boolean isKnown(int block) {
    return (flags[block] & KNOWN) != 0;
  }

  /** Counts what the blocks say, whichever thread has marked them. */
  private void count() {
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

  /**
   * Finds the blocks that have changed and copies them.
   *
   * @return whether any has that was known before
   */
  boolean capture() {
    watch.begin();
    int blocks = slots.length;
    boolean shared =
        team.shares()
            && schema().sizeBytes() >= SHARED_BYTES_MIN
            && part.isOneSegment()
            && !watch.told(); // then there is little to look at
    boolean changed =
        shared
            ? team.look(blocks, SHARE_BYTES / schema().blockSizeBytes(), this::captureBlocks)
            : captureBlocks(0, blocks);
    count();
    watch.end();
    return changed;
  }

  private boolean captureBlocks(int from, int to) {
    RegionSchema now = schema();
    boolean changed = false;
    int last = slots.length - 1;
    int size = now.blockSizeBytes();
    for (int b = from; b < to; b++) {
      int length = b < last ? size : now.blockLengthBytes(b);
      if (!isKnown(b)) {
        copy(b, 0, length);
        flags[b] |= KNOWN;
      } else {
        int difference = nextDifference(b, 0, length);
        if (difference < length) {
          replace(b, difference, length);
          changed = true;
        }
      }
    }
    return changed;
  }

  private void copy(int block, int from, int bytes) {
    long offset = ((long) block << schema().blockLog2()) + from;
    MemorySegment live = part.window(offset, bytes);
    memory.copyIn(slots[block] + from, live, part.windowStart(offset), bytes);
  }

  /** Where the next piece that differs begins, or the length of the block. */
  private int nextDifference(int block, int from, int length) {
    long base = (long) block << schema().blockLog2();
    int at = watch.nextWritten(base, from, length);
    while (at < length) {
      int bytes = Math.min(Pieces.PIECE_BYTES, length - at);
      MemorySegment live = part.window(base + at, bytes);
      if (memory.differs(slots[block] + at, live, part.windowStart(base + at), bytes)) {
        return at;
      }
      at = watch.nextWritten(base, at + bytes, length);
    }
    return length;
  }

  private void replace(int block, int difference, int length) {
    boolean owed = isOwed(block);
    flags[block] |= OWED;
    long offset = (long) block << schema().blockLog2();
    boolean few = watch.fewWritten(offset, length);
    if (few && !owed && spares.reserve(length)) {
      olds[block] = IN_PIECES;
      copyDifferences(block, difference, length, few);
    } else if (!few && !owed && makeRoom(block, length)) {
      copy(block, 0, length);
    } else {
      copyDifferences(block, difference, length, few);
    }
  }

  /**
   * Copies the pieces that differ, beginning at one that does. After two in a row the rest is
   * copied without looking, unless it is known that little was written: most likely all of it has
   * changed.
   */
  private void copyDifferences(int block, int difference, int length, boolean few) {
    int at = difference;
    while (at < length) {
      int behind = Math.min(at + Pieces.PIECE_BYTES, length);
      int next = nextDifference(block, behind, length);
      if (next == behind && !few) {
        behind = length;
        next = length;
      }
      if (olds[block] == IN_PIECES
          && !pieces.keep(block, at, slots[block] + at, behind - at, schema().blockSizeBytes())) {
        olds[block] = ShadowMemory.NONE;
        spares.release(length);
      }
      copy(block, at, behind - at);
      at = next;
    }
  }

  /**
   * Keeps the committed bytes in their slot and moves the block to a spare one, if there is any.
   */
  private boolean makeRoom(int block, int length) {
    long spare = spares.take(length);
    if (spare == ShadowMemory.NONE) {
      return false;
    }
    olds[block] = slots[block];
    slots[block] = spare;
    return true;
  }

  /** What looks out for written pages of the program. */
  WriteWatch watch() {
    return watch;
  }

  /**
   * Compares a captured block with the live bytes again.
   *
   * @return the offset in the region of the first byte that differs, or -1
   */
  long firstDifference(int block) {
    if (part.schema().sizeBytes() != schema().sizeBytes()) {
      return 0;
    }
    int length = schema().blockLengthBytes(block);
    long offset = (long) block << schema().blockLog2();
    MemorySegment live = part.window(offset, length);
    long at = memory.mismatch(slots[block], live, part.windowStart(offset), length);
    return at < 0 ? -1 : offset + at;
  }

  /**
   * Fills the shadow and the program from a version, by and by; see {@link #restored}.
   *
   * @param index the region's in the version, which has the same size and block size
   */
  void restore(BlockReader version, int index) {
    version.readRegion(index, new Restoring());
  }

  /** Takes a version's blocks, each into its slot and from there into the program. */
  private final class Restoring implements ParallelReader.Target {
    @Override
    public Optional<MemorySegment> memory(int block) {
      return Optional.of(block(block));
    }

    @Override
    public void take(int block, MemorySegment bytes) {
      part.fill((long) block << schema().blockLog2(), bytes, (int) bytes.byteSize());
    }
  }

  /** All blocks have been taken: nothing is owed. */
  void restored() {
    Arrays.fill(flags, KNOWN);
    owedBlocks = 0;
    owedBytes = 0;
  }

  @Override
  public boolean changed(int block) {
    return isOwed(block);
  }

  @Override
  public MemorySegment block(int block) {
    return memory.view(slots[block], schema().blockLengthBytes(block));
  }

  @Override
  public @Nullable MemorySegment committed(int block) {
    if (olds[block] == IN_PIECES) {
      olds[block] = putTogether(block);
    }
    return olds[block] == ShadowMemory.NONE
        ? null
        : memory.view(olds[block], schema().blockLengthBytes(block));
  }

  /** Slots are this shadow's until the capture has ended. */
  @Override
  public boolean keepsBytes() {
    return true;
  }

  /** The slot of what a block held before, where only pieces of that were kept; or none. */
  private long putTogether(int block) {
    int length = schema().blockLengthBytes(block);
    long slot = spares.takeReserved(length);
    if (slot != ShadowMemory.NONE) {
      MemorySegment whole = memory.view(slot, length).copyFrom(block(block));
      pieces.putInto(block, whole);
    }
    return slot;
  }

  /**
   * Ends a capture: old slots are spare again.
   *
   * @param committed whether a version holds every block that was owed
   */
  void endCapture(boolean committed) {
    if (oldBlocks == 0 && (owedBlocks == 0 || !committed)) {
      return;
    }
    for (int b = 0; b < slots.length; b++) {
      if (olds[b] >= 0) {
        spares.putBack(olds[b], schema().blockLengthBytes(b));
      } else if (olds[b] == IN_PIECES) {
        spares.release(schema().blockLengthBytes(b));
      }
      olds[b] = ShadowMemory.NONE;
      if (committed) {
        flags[b] &= ~OWED;
      }
    }
    oldBlocks = 0;
    pieces.clear();
    if (committed) {
      owedBlocks = 0;
      owedBytes = 0;
    }
  }
}
