// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.Crc;
import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.codec.Pipeline;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Gathers encoded blocks of one region into extents and writes them one after another. */
final class ExtentWriter {
  private static final int PAYLOAD_ALIGN = 8;

  private static final long MAPPED_ALIGN = 1L << FileHeader.ALIGN_LOG2;

  private final DiskFile file;
  private final Id128 fileId;
  private final ExtentBuffer buffer;
  private final IndexBuilder index;
  private final @Nullable BlockCipher cipher;

  private final int[] entries = new int[Extent.BLOCKS_MAX];
  private final int[] distances = new int[Extent.BLOCKS_MAX];
  private final boolean[] aligned = new boolean[Extent.BLOCKS_MAX];

  private final int[] crcRaw = new int[Extent.BLOCKS_MAX];
  private int count;
  private int region;
  private @Nullable RegionSchema schema;
  private int firstBlock;
  private int payloadBytes;
  private long end = FileHeader.BYTES;
  private int extents;
  private long writingNs;

  /**
   * @param cipher what encrypts the blocks, null for a file in the clear
   */
  ExtentWriter(
      DiskFile file,
      Id128 fileId,
      ExtentBuffer buffer,
      IndexBuilder index,
      @Nullable BlockCipher cipher) {
    this.file = file;
    this.fileId = fileId;
    this.buffer = buffer;
    this.index = index;
    this.cipher = cipher;
  }

  /** Where the extents end, once flushed. */
  long end() {
    return end;
  }

  int count() {
    return extents;
  }

  /** The time in which bytes were handed to the kernel. */
  long writingNs() {
    return writingNs;
  }

  /** Takes the next block of the region. */
  void add(BlockJob.Done block) throws IOException {
    BlockJob job = block.job();
    Encoded encoded = block.encoded();
    if (count == 0) {
      this.region = job.region();
      this.firstBlock = job.block();
      this.schema = job.schema();
    }
    int plainBytes = encoded.storedBytes();
    int bytes = plainBytes + (cipher == null ? 0 : BlockCipher.EXTRA_BYTES);
    MemorySegment.copy(encoded.stored(), 0, buffer.payload(), payloadBytes, plainBytes);
    int padded = padded(bytes);
    buffer.payload().asSlice(payloadBytes + bytes, padded - bytes).fill((byte) 0);
    payloadBytes += padded;
    int crcInIndex = cipher == null ? encoded.crc32Raw() : 0;
    entries[count] =
        index.stored(bytes, encoded.crc32c(), crcInIndex, encoded.codecByte(), block.baseEntry());
    crcRaw[count] = encoded.crc32Raw();
    distances[count] = job.block() - firstBlock;
    aligned[count] =
        cipher == null && job.schema().mappable() && encoded.codec().pipeline() == Pipeline.RAW;
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
    encryptBlocks();
    BlockIndex table = table();
    long bytes = (gaps ? lastByte() : payloadStart + payloadBytes) - end;
    int tableCrc = Checksum.crc32c(table.encoded());
    Extent extent = new Extent(fileId, 0, region, firstBlock, count, bytes, tableCrc);
    ByteBuffer head = buffer.head().asByteBuffer();
    head.put(extent.encodeHeader()).put(table.encoded()).flip();
    long from = Time.SYSTEM.nanoTime();
    file.writeFully(head, end);
    if (gaps) {
      writeApart();
    } else {
      file.writeFully(buffer.payload().asSlice(0, payloadBytes).asByteBuffer(), payloadStart);
    }
    writingNs += Time.SYSTEM.nanoTime() - from;
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

  /** A block's place is its nonce, so this waits until it has one. */
  private void encryptBlocks() {
    if (cipher == null || schema == null) {
      return;
    }
    BlockIndex all = index.index();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int entry = entries[i];
      MemorySegment block = buffer.payload().asSlice(from, all.storedBytes(entry));
      BlockCipher.Place place =
          new BlockCipher.Place(
              schema, firstBlock + distances[i], all.codec(entry), all.xorDepth(entry));
      cipher.seal(block, crcRaw[i], all.offset(entry), place);
      all.setCrcStored(entry, Crc.crc32c(block));
      from += padded(all.storedBytes(entry));
    }
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
