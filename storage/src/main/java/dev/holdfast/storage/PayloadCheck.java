// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.CodecException;
import dev.holdfast.storage.codec.Crc;
import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Checks stored blocks of one file, and that the bytes between them are zero. Several threads may
 * do so at once, each with its own scratch.
 */
final class PayloadCheck {
  /** A block is stored raw rather than longer than it is; a larger claim is damage. */
  private static final long STORED_BYTES_MAX =
      (1L << RegionSchema.BLOCK_LOG2_MAX) + BlockCipher.EXTRA_BYTES;

  private static final int ZEROS_BYTES = 1 << 12;

  private final RecordFile file;
  private final BlockIndex index;
  private final boolean decode;
  private final Consumer<DamagedException> problems;
  private final Set<Long> badOffsets = ConcurrentHashMap.newKeySet();

  /** A block that the file stores: its index entry, and where it belongs. */
  record Stored(int entry, RegionSchema region, int block) {}

  /**
   * @param decode whether blocks are decompressed, or only their stored bytes compared
   * @param problems may be called by several threads
   */
  PayloadCheck(
      RecordFile file, BlockIndex index, boolean decode, Consumer<DamagedException> problems) {
    this.file = file;
    this.index = index;
    this.decode = decode;
    this.problems = problems;
  }

  /** Where the blocks begin that cannot be read. */
  Set<Long> badOffsets() {
    return badOffsets;
  }

  /** Says that no block can lie where the index has this one. */
  void reportPlace(Stored block, long from) {
    badOffsets.add(index.offset(block.entry()));
    problems.accept(
        new DamagedException(
            file.path().toString(), from, "a block lies outside its extent, or over another"));
  }

  void check(Stored block, BlockScratch scratch) throws IOException {
    try {
      verify(block, scratch);
    } catch (DamagedException e) {
      badOffsets.add(index.offset(block.entry()));
      problems.accept(e);
    } catch (IOException e) {
      RecordFile.passOver(e);
      badOffsets.add(index.offset(block.entry()));
      problems.accept(damaged(block, "cannot be read: " + reason(e)));
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() + "; " + IoKind.of(e).remedy();
  }

  private void verify(Stored block, BlockScratch scratch) throws IOException {
    int entry = block.entry();
    long offset = index.offset(entry);
    int bytes = index.storedBytes(entry);
    if (bytes > STORED_BYTES_MAX || offset + bytes > file.footer().indexOffset()) {
      throw damaged(block, "of " + bytes + " stored bytes reaches beyond the extents");
    }
    MemorySegment stored = scratch.stored(bytes);
    file.readFully(stored.asByteBuffer(), offset);
    int crc = Crc.crc32c(stored);
    if (crc != index.crcStored(entry)) {
      throw differs(block, "CRC32C of ", index.crcStored(entry), crc);
    }
    if (decode) {
      verifyRaw(block, stored, scratch);
    }
  }

  private void verifyRaw(Stored block, MemorySegment stored, BlockScratch scratch) {
    int entry = block.entry();
    BlockCipher.Opened opened = file.decrypted(stored, index, entry, block.region(), block.block());
    MemorySegment raw = scratch.raw(block.region().blockLengthBytes(block.block()));
    try {
      scratch.decoder().decode(index.codec(entry), opened.encoded(), raw);
    } catch (CodecException e) {
      throw damaged(block, "cannot be decoded: " + e.getMessage());
    }
    int expected = opened.crc32Raw();
    int crc = index.xorDepth(entry) == 0 ? Crc.crc32(raw) : expected;
    if (crc != expected) {
      throw differs(block, "CRC32 of ", expected, crc);
    }
  }

  private static String name(Stored block) {
    return "block " + block.block() + " of region " + block.region().name();
  }

  private DamagedException damaged(Stored block, String what) {
    return new DamagedException(
        file.path().toString(), index.offset(block.entry()), name(block) + " " + what);
  }

  private DamagedException differs(Stored block, String value, int expected, int actual) {
    return DamagedException.differs(
        file.path().toString(), index.offset(block.entry()), value + name(block), expected, actual);
  }

  /** Checks that a stretch between blocks holds zeros. */
  void checkZeros(long from, long to) throws IOException {
    byte[] gap = from < to ? new byte[(int) Math.min(ZEROS_BYTES, to - from)] : new byte[0];
    for (long at = from; at < to; at += gap.length) {
      int bytes = (int) Math.min(gap.length, to - at);
      try {
        file.readFully(ByteBuffer.wrap(gap, 0, bytes), at);
      } catch (IOException e) {
        RecordFile.passOver(e);
        String what = "the space between blocks cannot be read: " + reason(e);
        problems.accept(new DamagedException(file.path().toString(), at, what));
        return;
      }
      for (int i = 0; i < bytes; i++) {
        if (gap[i] != 0) {
          problems.accept(
              DamagedException.differs(
                  file.path().toString(),
                  at + i,
                  "the space between blocks",
                  "0",
                  Integer.toString(gap[i] & 0xff)));
          return;
        }
      }
    }
  }
}
