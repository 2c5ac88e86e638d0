// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RegionSchema;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The heads of a file's extents, and the stretches of zeros between its blocks, as its index tells
 * them: {@link ExtentWriter} gathers blocks by a rule, so the index says which ones went into one
 * extent. The rule is proven to be the file's by every offset that comes out of it.
 */
final class ExtentPlan {
  private static final int PAYLOAD_ALIGN = 8;
  private static final long MAPPED_ALIGN = 1L << FileHeader.ALIGN_LOG2;

  private final BlockIndex index;
  private final FileHeader header;
  private final List<Head> heads = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final List<Integer> entries = new ArrayList<>();
  private final List<Integer> blocks = new ArrayList<>();
  private long payloadBytes;
  private long end = FileHeader.BYTES;
  private boolean fits = true;

  /** Header and table of an extent. */
  record Head(long offset, @SuppressWarnings("ArrayRecordComponent") byte[] bytes) {}

  /** Bytes that must be zero. */
  record Gap(long from, long to) {}

  private ExtentPlan(BlockIndex index, FileHeader header) {
    this.index = index;
    this.header = header;
  }

  /**
   * Lays the blocks out.
   *
   * @return empty when the file was laid out by another rule
   */
  static Optional<ExtentPlan> of(
      BlockIndex index,
      List<RegionSchema> regions,
      FileHeader header,
      long indexOffset,
      int extents) {
    ExtentPlan plan = new ExtentPlan(index, header);
    int entry = 0;
    for (int region = 0; region < regions.size(); region++) {
      RegionSchema schema = regions.get(region);
      for (int block = 0; block < schema.blockCount(); block++, entry++) {
        if (index.file(entry) == 0) {
          plan.add(region, schema, entry, block);
        }
      }
      plan.flush(region, schema);
    }
    boolean same = plan.fits && plan.end == indexOffset && plan.heads.size() == extents;
    return same ? Optional.of(plan) : Optional.empty();
  }

  List<Head> heads() {
    return heads;
  }

  List<Gap> gaps() {
    return gaps;
  }

  private static long padded(long bytes) {
    return bytes + PAYLOAD_ALIGN - 1 & -PAYLOAD_ALIGN;
  }

  private void add(int region, RegionSchema schema, int entry, int block) {
    entries.add(entry);
    blocks.add(block);
    payloadBytes += padded(index.storedBytes(entry));
    if (entries.size() == Extent.BLOCKS_MAX || payloadBytes >= ExtentBuffer.PAYLOAD_BYTES_WANTED) {
      flush(region, schema);
    }
  }

  private void flush(int region, RegionSchema schema) {
    if (entries.isEmpty()) {
      return;
    }
    long at = end + Extent.HEADER_BYTES + (long) entries.size() * BlockIndex.ENTRY_BYTES;
    BlockIndex table = new BlockIndex(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      int entry = entries.get(i);
      long from = at;
      if (!header.sealed() && schema.mappable() && RawRun.isRaw(index, entry)) {
        at = at + MAPPED_ALIGN - 1 & -MAPPED_ALIGN;
      }
      fits &= index.offset(entry) == at;
      gap(from, at);
      gap(at + index.storedBytes(entry), at + padded(index.storedBytes(entry)));
      at += padded(index.storedBytes(entry));
      table.add(
          index.offset(entry),
          index.storedBytes(entry),
          index.crcStored(entry),
          index.crcRaw(entry),
          0,
          index.codec(entry),
          index.xorDepth(entry),
          BlockIndex.NO_LAYER,
          blocks.get(i) - blocks.getFirst());
    }
    int tableCrc = Checksum.crc32c(table.encoded());
    int count = entries.size();
    Extent extent =
        new Extent(header.fileId(), 0, region, blocks.getFirst(), count, at - end, tableCrc);
    ByteBuffer head = ByteBuffer.allocate(Extent.HEADER_BYTES + count * BlockIndex.ENTRY_BYTES);
    head.put(extent.encodeHeader()).put(table.encoded());
    heads.add(new Head(end, head.array()));
    end = at;
    entries.clear();
    blocks.clear();
    payloadBytes = 0;
  }

  private void gap(long from, long to) {
    if (from < to) {
      gaps.add(new Gap(from, to));
    }
  }
}
