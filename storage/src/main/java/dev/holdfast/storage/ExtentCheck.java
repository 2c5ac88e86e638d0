// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockDecoder;
import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Crc;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Walks everything between the header and the index of a version's file: extent headers, tables,
 * payloads and the padding around them. The index, whose digest has been checked, says what must be
 * there, in the same order: its entries of this file, block by block.
 */
final class ExtentCheck {
  /** A block is stored raw rather than longer than it is; a larger claim is damage. */
  private static final long STORED_BYTES_MAX = 1L << RegionSchema.BLOCK_LOG2_MAX;

  private final RecordFile file;
  private final BlockIndex index;
  private final List<RegionSchema> regions;
  private final Scratch scratch;
  private final Consumer<DamagedException> problems;
  private final Set<Long> badOffsets = new HashSet<>();
  private final int blocks;

  private int region;
  private int block = -1;
  private int entry = -1;

  /** Buffers and a decoder that serve one file after the other. */
  static final class Scratch implements AutoCloseable {
    private static final int ZEROS_BYTES = 1 << 12;
    private static final int BYTES_AT_FIRST = 1 << RegionSchema.BLOCK_LOG2_MIN;

    private final Arena arena = Arena.ofConfined();
    private final BlockDecoder decoder = new BlockDecoder();
    private final byte[] gap = new byte[ZEROS_BYTES];
    private MemorySegment raw = arena.allocate(BYTES_AT_FIRST, 8);
    private MemorySegment stored = arena.allocate(BYTES_AT_FIRST, 8);

    /** Memory for one raw block. */
    MemorySegment block(int bytes) {
      if (raw.byteSize() < bytes) {
        raw = grown(bytes);
      }
      return raw.asSlice(0, bytes);
    }

    private MemorySegment stored(int bytes) {
      if (stored.byteSize() < bytes) {
        stored = grown(bytes);
      }
      return stored.asSlice(0, bytes);
    }

    /** The next power of two, so that all that is outgrown together is no larger. */
    private MemorySegment grown(int bytes) {
      return arena.allocate(2L * Integer.highestOneBit(bytes), 8);
    }

    @Override
    public void close() {
      decoder.close();
      arena.close();
    }
  }

  ExtentCheck(
      RecordFile file,
      BlockIndex index,
      List<RegionSchema> regions,
      Scratch scratch,
      Consumer<DamagedException> problems) {
    this.file = file;
    this.index = index;
    this.regions = regions;
    this.scratch = scratch;
    this.problems = problems;
    this.blocks = regions.stream().mapToInt(RegionSchema::blockCount).sum();
  }

  /** Walks the file and returns where the blocks begin that cannot be read. */
  Set<Long> run() throws IOException {
    long at = FileHeader.BYTES;
    long end = file.footer().indexOffset();
    int count = 0;
    while (at < end) {
      Extent extent;
      try {
        extent = readHeader(at, end);
      } catch (DamagedException e) {
        problems.accept(e);
        checkPayloadsOnly();
        return badOffsets;
      }
      checkExtent(extent, at);
      at += extent.bytes();
      count++;
    }
    boolean more = next();
    if (more || count != file.footer().extents()) {
      report(at, "the index names other extents or blocks than the file holds");
    }
    for (; more; more = next()) {
      checkPayload();
    }
    return badOffsets;
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

  /** Steps to the next block that lies in this file, by the index. */
  private boolean next() {
    while (++entry < blocks) {
      block++;
      while (block == regions.get(region).blockCount()) {
        region++;
        block = 0;
      }
      if (index.file(entry) == 0) {
        return true;
      }
    }
    return false;
  }

  private void checkExtent(Extent extent, long start) throws IOException {
    byte[] tableBytes = read(start + Extent.HEADER_BYTES, extent.count() * BlockIndex.ENTRY_BYTES);
    int crc = Checksum.crc32c(ByteBuffer.wrap(tableBytes));
    boolean tableSound = crc == extent.tableCrc();
    if (!tableSound) {
      report(
          start + Extent.HEADER_BYTES,
          String.format(
              Locale.ROOT, "extent table CRC32C %08x, computed %08x", extent.tableCrc(), crc));
    }
    BlockIndex table = BlockIndex.wrap(tableBytes);
    long at = start + Extent.HEADER_BYTES + tableBytes.length;
    for (int i = 0; i < extent.count(); i++) {
      if (!next()) {
        report(start, "the extent holds more blocks than the index knows");
        return;
      }
      if (tableSound && !agree(extent, table, i)) {
        report(start, "row " + i + " of the extent's table contradicts the index");
      }
      at = checkPlace(at, start + extent.bytes());
    }
    checkZeros(at, start + extent.bytes());
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

  /** Checks the current block, which must lie between two places; returns where it ends. */
  private long checkPlace(long from, long end) throws IOException {
    long offset = index.offset(entry);
    long after = offset + index.storedBytes(entry);
    if (offset < from || offset % 8 != 0 || after > end) {
      report(from, "a block lies outside its extent, or over another");
      badOffsets.add(offset);
      return from;
    }
    checkZeros(from, offset);
    checkPayload();
    return after;
  }

  private void checkZeros(long from, long to) throws IOException {
    for (long at = from; at < to; at += scratch.gap.length) {
      int bytes = (int) Math.min(scratch.gap.length, to - at);
      ByteBuffer buffer = ByteBuffer.wrap(scratch.gap, 0, bytes);
      file.readFully(buffer, at);
      for (int i = 0; i < bytes; i++) {
        if (scratch.gap[i] != 0) {
          report(at + i, "zero expected between blocks, found " + (scratch.gap[i] & 0xff));
          return;
        }
      }
    }
  }

  /** What lies around the blocks is lost; whether the blocks are is worth knowing all the same. */
  private void checkPayloadsOnly() throws IOException {
    while (next()) {
      checkPayload();
    }
  }

  private void checkPayload() throws IOException {
    try {
      verifyPayload();
    } catch (DamagedException e) {
      badOffsets.add(index.offset(entry));
      problems.accept(e);
    }
  }

  private void verifyPayload() throws IOException {
    long offset = index.offset(entry);
    int bytes = index.storedBytes(entry);
    if (bytes > STORED_BYTES_MAX || offset + bytes > file.footer().indexOffset()) {
      throw damaged("of " + bytes + " stored bytes reaches beyond the extents");
    }
    MemorySegment stored = scratch.stored(bytes);
    file.readFully(stored.asByteBuffer(), offset);
    int crc = Crc.crc32c(stored);
    if (crc != index.crcStored(entry)) {
      throw damaged(
          String.format(
              Locale.ROOT, "has CRC32C %08x, computed %08x", index.crcStored(entry), crc));
    }
    MemorySegment raw = scratch.block(regions.get(region).blockLengthBytes(block));
    try {
      scratch.decoder.decode(index.codec(entry), stored, raw);
    } catch (CodecException e) {
      throw damaged("cannot be decoded: " + e.getMessage());
    }
    int crcRaw = index.xorDepth(entry) == 0 ? Crc.crc32(raw) : index.crcRaw(entry);
    if (crcRaw != index.crcRaw(entry)) {
      throw damaged(
          String.format(Locale.ROOT, "has CRC32 %08x, computed %08x", index.crcRaw(entry), crcRaw));
    }
  }

  private DamagedException damaged(String what) {
    return new DamagedException(
        name(),
        index.offset(entry),
        "block " + block + " of region " + regions.get(region).name() + " " + what);
  }
}
