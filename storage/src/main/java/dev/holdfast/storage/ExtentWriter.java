// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.codec.Pipeline;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Gathers encoded blocks of one region into extents and writes them one after another. */
final class ExtentWriter {
  private static final int PAYLOAD_ALIGN = 8;
  private static final long MAPPED_ALIGN = 1L << FileHeader.ALIGN_LOG2;

  private final DiskFile file;
  private final Id128 fileId;
  private final ExtentBuffer buffer;
  private final IndexBuilder index;

  private final int[] entries = new int[Extent.BLOCKS_MAX];
  private final int[] distances = new int[Extent.BLOCKS_MAX];
  private final boolean[] aligned = new boolean[Extent.BLOCKS_MAX];
  private int count;
  private int region;
  private int firstBlock;
  private int payloadBytes;
  private long end = FileHeader.BYTES;
  private int extents;

  ExtentWriter(DiskFile file, Id128 fileId, ExtentBuffer buffer, IndexBuilder index) {
    this.file = file;
    this.fileId = fileId;
    this.buffer = buffer;
    this.index = index;
  }

  /** Where the extents end, once flushed. */
  long end() {
    return end;
  }

  int count() {
    return extents;
  }

  /**
   * Takes the next block of the region.
   *
   * @param baseEntry the base's entry it was XORed with, or -1
   */
  void add(int region, RegionSchema schema, int block, Encoded encoded, int baseEntry)
      throws IOException {
    if (count == 0) {
      this.region = region;
      this.firstBlock = block;
    }
    int bytes = encoded.storedBytes();
    MemorySegment.copy(encoded.stored(), 0, buffer.payload(), payloadBytes, bytes);
    int padded = padded(bytes);
    buffer.payload().asSlice(payloadBytes + bytes, padded - bytes).fill((byte) 0);
    payloadBytes += padded;
    entries[count] =
        index.stored(bytes, encoded.crc32c(), encoded.crc32Raw(), encoded.codecByte(), baseEntry);
    distances[count] = block - firstBlock;
    aligned[count] = schema.mappable() && encoded.codec().pipeline() == Pipeline.RAW;
    count++;
    if (count == Extent.BLOCKS_MAX || payloadBytes >= ExtentBuffer.PAYLOAD_BYTES_WANTED) {
      flush();
    }
  }

  private static int padded(int bytes) {
    return (bytes + PAYLOAD_ALIGN - 1) & -PAYLOAD_ALIGN;
  }

  /** Writes what has been gathered as one extent. */
  void flush() throws IOException {
    if (count == 0) {
      return;
    }
    long tableBytes = (long) count * BlockIndex.ENTRY_BYTES;
    long payloadStart = end + Extent.HEADER_BYTES + tableBytes;
    boolean gaps = placeBlocks(payloadStart);
    BlockIndex table = table();
    long bytes = (gaps ? lastByte() : payloadStart + payloadBytes) - end;
    int tableCrc = Checksum.crc32c(table.encoded());
    Extent extent = new Extent(fileId, 0, region, firstBlock, count, bytes, tableCrc);
    ByteBuffer head = buffer.head().asByteBuffer();
    head.put(extent.encodeHeader()).put(table.encoded()).flip();
    file.writeFully(head, end);
    if (gaps) {
      writeApart();
    } else {
      file.writeFully(buffer.payload().asSlice(0, payloadBytes).asByteBuffer(), payloadStart);
    }
    end += bytes;
    extents++;
    count = 0;
    payloadBytes = 0;
  }

  /** Gives every block its place; returns whether alignment has torn gaps between them. */
  private boolean placeBlocks(long payloadStart) {
    long at = payloadStart;
    boolean gaps = false;
    for (int i = 0; i < count; i++) {
      if (aligned[i]) {
        long up = (at + MAPPED_ALIGN - 1) & -MAPPED_ALIGN;
        gaps |= up != at;
        at = up;
      }
      index.index().setOffset(entries[i], at);
      at += padded(index.index().storedBytes(entries[i]));
    }
    return gaps;
  }

  private long lastByte() {
    BlockIndex all = index.index();
    return all.offset(entries[count - 1]) + padded(all.storedBytes(entries[count - 1]));
  }

  private BlockIndex table() {
    BlockIndex table = new BlockIndex(count);
    BlockIndex all = index.index();
    for (int i = 0; i < count; i++) {
      int entry = entries[i];
      table.add(
          all.offset(entry),
          all.storedBytes(entry),
          all.crcStored(entry),
          all.crcRaw(entry),
          0,
          all.codec(entry),
          all.xorDepth(entry),
          BlockIndex.NO_LAYER,
          distances[i]);
    }
    return table;
  }

  /** Writes blocks one by one; the gaps between them are holes and read as zeros. */
  private void writeApart() throws IOException {
    int from = 0;
    for (int i = 0; i < count; i++) {
      int padded = padded(index.index().storedBytes(entries[i]));
      file.writeFully(
          buffer.payload().asSlice(from, padded).asByteBuffer(), index.index().offset(entries[i]));
      from += padded;
    }
  }
}
