// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.ParallelReader;
import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stored region with its shadow, {@link CapturedBlocks}: the exact change detector, what the
 * writer reads while the program goes on, and the previous value that a delta can refer to.
 *
 * <p>A changed block that is not owed moves to a spare slot; its old slot holds the bytes of the
 * newest committed version until the capture ends. Where the kernel has told that few pages of a
 * block were written, it stays and its old bytes are kept in {@link OldPieces}. A changed block
 * that is owed is overwritten: no version holds what was there. Beside a capture that is still
 * being written every changed block moves. {@link WholeBlocks} copies those of which all may have
 * changed, once every block has been looked at.
 */
final class TrackedPart {
  /** Below it threads cost more than they save. */
  private static final long SHARED_BYTES_MIN = 16L << 20;

  /** What one thread looks at in one go; a multiple of every block size. */
  private static final int SHARE_BYTES = 4 << 20;

  private final Part part;
  private final WriteWatch watch;
  private final CaptureTeam team;
  private CapturedBlocks blocks;

  /** Those of a capture that is being written while the next is made. */
  private @Nullable CapturedBlocks written;

  /** What the last restore has mapped, and what unmaps the bytes that are only read. */
  private final List<RawRun> mapped = new ArrayList<>();

  private @Nullable Arena mappings;

  /** There was no spare slot for a block that must move: what comes after it was not looked at. */
  private volatile boolean starved;

  TrackedPart(Part part, ShadowMemory memory, Spares spares, CaptureTeam team) {
    this.part = part;
    this.team = team;
    blocks = new CapturedBlocks(memory, spares);
    watch = part.watch();
  }

  Part part() {
    return part;
  }

  /** What the writer of the newest capture reads. */
  RegionSource source() {
    return blocks;
  }

  RegionSchema schema() {
    return blocks.isNew() ? part.schema() : blocks.schema();
  }

  int blockCount() {
    return blocks.count();
  }

  long owedBytes() {
    return blocks.owedBytes();
  }

  /** Nothing is known any more and everything is owed; the slots stay. */
  void distrust() {
    if (!blocks.isNew()) {
      blocks.distrust();
    }
  }

  /** The bytes of the slots for the part as it is now. */
  long neededBytes() {
    RegionSchema now = part.schema();
    int count = now.blockCount();
    return count == 0
        ? 0
        : (count - 1L) * now.blockSizeBytes()
            + ShadowMemory.slotBytes(now.blockLengthBytes(count - 1));
  }

  /** Whether the part was captured with another size than it has now. */
  boolean hasOtherSize() {
    return !blocks.isNew() && blocks.schema().sizeBytes() != part.schema().sizeBytes();
  }

  /** Whether {@link #resize} has something to do. */
  boolean isOutdated() {
    return blocks.isNew() || !blocks.schema().equals(part.schema());
  }

  /**
   * Gives every block of the part as it is now a slot; not beside a capture that is being written.
   *
   * @return false when the memory does not suffice; the shadow must then be given up
   */
  boolean resize() {
    if (!isOutdated()) {
      return true;
    }
    watch.prepare();
    return blocks.fit(part.schema());
  }

  /** The newest capture is being written while the next is made. */
  void beginBeside() {
    written = blocks;
    blocks = blocks.beside();
  }

  /**
   * The capture that was being written beside the newest one has ended; see {@link #beginBeside}.
   */
  void endWritten(boolean committed) {
    if (written != null) {
      blocks.follow(written, committed);
      written = null;
    }
  }

  /**
   * Finds the blocks that have changed and copies them.
   *
   * @return whether any has that was known before
   */
  boolean capture() {
    watch.begin();
    starved = false;
    int count = blocks.count();
    boolean shared =
        team.shares()
            && schema().sizeBytes() >= SHARED_BYTES_MIN
            && part.isOneSegment()
            && !watch.told(); // then there is little to look at
    boolean changed;
    try {
      changed =
          shared
              ? team.look(count, SHARE_BYTES / schema().blockSizeBytes(), this::captureBlocks)
              : captureBlocks(0, count);
    } finally {
      blocks.recount(); // also what a look that failed has kept is to be given back
    }
    if (!starved) {
      watch.end();
    }
    return changed;
  }

  /**
   * Whether the last look was given up, because the slots that it needed are those of the capture
   * that is being written: it must be made again once that has ended.
   */
  boolean starved() {
    return starved;
  }

  private boolean captureBlocks(int from, int to) {
    RegionSchema now = schema();
    WholeBlocks whole = new WholeBlocks(part, blocks);
    boolean changed = false;
    int last = blocks.count() - 1;
    int size = now.blockSizeBytes();
    for (int b = from; b < to && !starved; b++) {
      int length = b < last ? size : now.blockLengthBytes(b);
      boolean known = blocks.isKnown(b);
      int difference = known ? nextDifference(b, 0, length) : 0;
      if (difference == length) {
        continue;
      }
      if (written != null && !blocks.move(b)) {
        starved = true;
        break;
      }
      if (written != null || !known || !replaced(b, difference, length)) {
        whole.add(b);
      }
      changed |= known;
    }
    whole.copy();
    return changed;
  }

  private void copy(int block, int from, int bytes) {
    long offset = ((long) block << schema().blockLog2()) + from;
    MemorySegment live = part.window(offset, bytes);
    blocks.copyIn(block, from, live, part.windowStart(offset), bytes);
  }

  /** Where the next piece that differs begins, or the length of the block. */
  private int nextDifference(int block, int from, int length) {
    long base = (long) block << schema().blockLog2();
    int at = watch.nextWritten(base, from, length);
    while (at < length) {
      int bytes = Math.min(Pieces.PIECE_BYTES, length - at);
      MemorySegment live = part.window(base + at, bytes);
      if (blocks.differs(block, at, live, part.windowStart(base + at), bytes)) {
        return at;
      }
      at = watch.nextWritten(base, at + bytes, length);
    }
    return length;
  }

  /**
   * Copies what has changed of a block, which is owed now.
   *
   * @return false when all of it is to be copied yet, into its slot or the one that it has now
   */
  private boolean replaced(int block, int difference, int length) {
    boolean owed = blocks.isOwed(block);
    blocks.setOwed(block);
    if (blocks.isUnfilled(block)) {
      return false;
    }
    boolean few = watch.fewWritten((long) block << schema().blockLog2(), length);
    boolean keep = !owed && !part.isMappable(); // what is to be mapped is stored without layers
    if (keep && !few && blocks.keepOld(block)) {
      return false;
    }
    if (keep && few) {
      blocks.keepOldInPieces(block);
    }
    return copyDifferences(block, difference, length, few);
  }

  /**
   * Copies the pieces that differ, beginning at one that does. It gives up after two in a row,
   * unless it is known that little was written: most likely all of the block has changed.
   *
   * @return whether it has not given up
   */
  private boolean copyDifferences(int block, int difference, int length, boolean few) {
    int at = difference;
    while (at < length) {
      int behind = Math.min(at + Pieces.PIECE_BYTES, length);
      int next = nextDifference(block, behind, length);
      if (next == behind && next < length && !few) {
        return false;
      }
      blocks.keepPiece(block, at, behind - at);
      copy(block, at, behind - at);
      at = next;
    }
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
    long from = part.windowStart(offset);
    long at = MemorySegment.mismatch(live, from, from + length, blocks.block(block), 0, length);
    return at < 0 ? -1 : offset + at;
  }

  /**
   * Fills the shadow and the program from a version, by and by; see {@link #restored}. What can be
   * mapped is not read.
   *
   * @param index the region's in the version, which has the same size and block size
   */
  void restore(BlockReader version, int index) {
    forgetMapped();
    if (part.isMappable()) {
      Arena arena = Arena.ofShared();
      mappings = arena;
      version.rawRuns(index).forEach(run -> map(version, index, run, arena));
    }
    version.readRegion(index, new Restoring());
  }

  private void map(BlockReader version, int index, RawRun run, Arena arena) {
    Optional<MemorySegment> bytes = part.map(run, arena);
    if (bytes.isEmpty()) {
      return;
    }
    mapped.add(run);
    version.mapped(index, run, bytes.get());
    int size = schema().blockSizeBytes();
    for (int i = 0; i < run.blocks(); i++) {
      blocks.setUnfilled(run.firstBlock() + i, bytes.get().asSlice((long) i * size, size));
    }
  }

  /** What was mapped of a version that was passed over makes room for another one. */
  private void forgetMapped() {
    blocks.forgetMapped();
    mapped.forEach(part::unmap);
    mapped.clear();
    closeMappings();
  }

  private void closeMappings() {
    Arena arena = mappings;
    if (arena != null) {
      arena.close();
    }
    mappings = null;
  }

  /** Nobody will look at it any more. */
  void close() {
    watch.close();
    closeMappings();
  }

  /** Takes a version's blocks, each into its slot and from there into the program. */
  private final class Restoring implements ParallelReader.Target {
    @Override
    public boolean wants(int block) {
      return !blocks.isUnfilled(block);
    }

    @Override
    public Optional<MemorySegment> memory(int block) {
      return Optional.of(blocks.slotBytes(block));
    }

    @Override
    public void take(int block, MemorySegment bytes) {
      part.fill((long) block << schema().blockLog2(), bytes, (int) bytes.byteSize());
    }
  }

  /** All blocks have been taken: nothing is owed. */
  void restored() {
    blocks.restored();
  }

  /**
   * Ends a capture: old slots are spare again.
   *
   * @param committed whether a version holds every block that was owed
   */
  void endCapture(boolean committed) {
    blocks.end(committed);
  }
}
