// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.PayloadCheck.Stored;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Walks everything between the header and the index of a version's file: extent headers and tables
 * here, payloads and the padding around them by {@link PayloadCheck}, one extent at a time. The
 * index, whose digest has been checked, says what must be there, in the same order: its entries of
 * this file, block by block.
 */
final class ExtentCheck {
  /** Blocks that are checked as one piece where no extent can be told. */
  private static final int PIECE_BLOCKS = 64;

  private final RecordFile file;
  private final BlockIndex index;
  private final List<RegionSchema> regions;
  private final IntPredicate wanted;
  private final Workers workers;
  private final Consumer<DamagedException> problems;
  private final PayloadCheck payloads;
  private final int blocks;

  private int region;
  private int block = -1;
  private int entry = -1;

  /**
   * @param wanted which index entries have their payload looked at; headers and tables always are
   * @param decode whether blocks are decompressed, or only their stored bytes compared
   * @param problems may be called by several threads
   */
  ExtentCheck(
      RecordFile file,
      BlockIndex index,
      List<RegionSchema> regions,
      IntPredicate wanted,
      boolean decode,
      Workers workers,
      Consumer<DamagedException> problems) {
    this.file = file;
    this.index = index;
    this.regions = regions;
    this.wanted = wanted;
    this.workers = workers;
    this.problems = problems;
    this.payloads = new PayloadCheck(file, index, decode, problems);
    this.blocks = regions.stream().mapToInt(RegionSchema::blockCount).sum();
  }

  /** Walks the file and returns where the blocks begin that cannot be read. */
  Set<Long> run() throws IOException {
    try {
      walk();
    } finally {
      workers.await();
    }
    return payloads.badOffsets();
  }

  private void walk() throws IOException {
    long at = FileHeader.BYTES;
    long end = file.footer().indexOffset();
    int count = 0;
    Stored next = next();
    while (at < end) {
      Extent extent;
      try {
        extent = readHeader(at, end);
      } catch (DamagedException e) {
        problems.accept(e);
        checkPayloadsOnly(next);
        return;
      }
      next = checkExtent(extent, at, next);
      at += extent.bytes();
      count++;
    }
    if (next != null || count != file.footer().extents()) {
      report(at, "the index names other extents or blocks than the file holds");
    }
    checkPayloadsOnly(next);
  }

  private Extent readHeader(long at, long end) throws IOException {
    if (end - at < Extent.HEADER_BYTES) {
      throw new DamagedException(name(), at, "no extent fits here");
    }
    return Extent.decodeHeader(
        name(), file.header().fileId(), at, end, ByteBuffer.wrap(read(at, Extent.HEADER_BYTES)));
  }

  private String name() {
    return file.path().toString();
  }

  private void report(long offset, String what) {
    problems.accept(new DamagedException(name(), offset, what));
  }

  private byte[] read(long offset, int bytes) throws IOException {
    byte[] into = new byte[bytes];
    file.readFully(ByteBuffer.wrap(into), offset);
    return into;
  }

  /** The next block that lies in this file, by the index. */
  private @Nullable Stored next() {
    while (++entry < blocks) {
      block++;
      while (block == regions.get(region).blockCount()) {
        region++;
        block = 0;
      }
      if (index.file(entry) == 0) {
        return new Stored(entry, regions.get(region), block);
      }
    }
    return null;
  }

  /** Checks an extent that begins with the block {@code next}; returns the block after it. */
  private @Nullable Stored checkExtent(Extent extent, long start, @Nullable Stored next)
      throws IOException {
    byte[] tableBytes = read(start + Extent.HEADER_BYTES, extent.count() * BlockIndex.ENTRY_BYTES);
    int crc = Checksum.crc32c(ByteBuffer.wrap(tableBytes));
    boolean tableSound = crc == extent.tableCrc();
    if (!tableSound) {
      long at = start + Extent.HEADER_BYTES;
      problems.accept(
          DamagedException.differs(name(), at, "extent table CRC32C", extent.tableCrc(), crc));
    }
    BlockIndex table = BlockIndex.wrap(tableBytes);
    List<Stored> found = new ArrayList<>();
    Stored stored = next;
    for (int i = 0; i < extent.count(); i++) {
      if (stored == null) {
        report(start, "the extent holds more blocks than the index knows");
        break;
      }
      if (tableSound && !agree(extent, table, i)) {
        report(start, "row " + i + " of the extent's table contradicts the index");
      }
      found.add(stored);
      stored = next();
    }
    long from = start + Extent.HEADER_BYTES + tableBytes.length;
    boolean whole = found.size() == extent.count();
    long end = start + extent.bytes();
    workers.submit(scratch -> checkPlaces(found, from, end, whole, scratch));
    return stored;
  }

  private boolean agree(Extent extent, BlockIndex table, int i) {
    return extent.region() == region
        && extent.firstBlock() + table.spare(i) == block
        && table.offset(i) == index.offset(entry)
        && table.storedBytes(i) == index.storedBytes(entry)
        && table.crcStored(i) == index.crcStored(entry)
        && table.crcRaw(i) == index.crcRaw(entry)
        && table.codec(i) == index.codec(entry)
        && table.xorDepth(i) == index.xorDepth(entry);
  }

  /** Checks the blocks of an extent, and the space between them that belongs to wanted ones. */
  private void checkPlaces(
      List<Stored> found, long from, long end, boolean whole, BlockScratch scratch)
      throws IOException {
    long at = from;
    boolean lastWanted = false;
    for (Stored stored : found) {
      long offset = index.offset(stored.entry());
      long after = offset + index.storedBytes(stored.entry());
      if (offset < at || offset % 8 != 0 || after > end) {
        payloads.reportPlace(stored, at);
        continue;
      }
      lastWanted = wanted.test(stored.entry());
      if (lastWanted) {
        payloads.checkZeros(at, offset);
        payloads.check(stored, scratch);
      }
      at = after;
    }
    if (whole && lastWanted) {
      payloads.checkZeros(at, end);
    }
  }

  /** What lies around the blocks is lost; whether the blocks are is worth knowing all the same. */
  private void checkPayloadsOnly(@Nullable Stored first) {
    List<Stored> piece = new ArrayList<>();
    for (Stored stored = first; stored != null; stored = next()) {
      piece.add(stored);
      if (piece.size() == PIECE_BLOCKS) {
        submit(piece);
        piece = new ArrayList<>();
      }
    }
    submit(piece);
  }

  private void submit(List<Stored> piece) {
    workers.submit(scratch -> {
      for (Stored stored : piece) {
        if (wanted.test(stored.entry())) {
          payloads.check(stored, scratch);
        }
      }
    });
  }
}
