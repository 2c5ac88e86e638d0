// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Damage to the newest version that exactly one check can see: whatever the others look at has been
 * made to agree. So each check is shown to be needed, and to be there.
 */
enum Forgery {
  /** A stored byte is wrong; the raw checksum and the digest fit the wrong bytes. */
  ONLY_THE_STORED_CHECKSUM_SEES,
  /** A stored byte is wrong; the stored checksum and the digest fit the wrong bytes. */
  ONLY_THE_RAW_CHECKSUM_SEES,
  /** Two blocks are exchanged in the index. */
  ONLY_THE_DIGEST_SEES,
  /** Two blocks are exchanged in the index, and the digest in the footer fits. */
  ONLY_THE_FOOTER_CHECKSUM_SEES,
  /** An older version has been copied to the newest one's name. */
  ONLY_THE_NUMBER_SEES,
  /** An older version has been copied there, with the number in its header changed. */
  ONLY_THE_HEADER_CHECKSUM_SEES;

  /** Where a header has its number, by docs/format/file.md. */
  private static final int NUMBER_AT = 88;

  void inflict(MemoryDisk disk, StoreLayout layout, long newest) {
    byte[] bytes = disk.bytes(layout.record(newest)).clone();
    byte[] older = disk.bytes(layout.record(newest - 1)).clone();
    byte[] forged =
        switch (this) {
          case ONLY_THE_STORED_CHECKSUM_SEES -> spoilBlock(bytes, 16);
          case ONLY_THE_RAW_CHECKSUM_SEES -> spoilBlock(bytes, 12);
          case ONLY_THE_DIGEST_SEES -> exchangeBlocks(bytes);
          case ONLY_THE_FOOTER_CHECKSUM_SEES -> {
            byte[] exchanged = seal(exchangeBlocks(bytes));
            exchanged[exchanged.length - 1] ^= 1;
            yield exchanged;
          }
          case ONLY_THE_NUMBER_SEES -> older;
          case ONLY_THE_HEADER_CHECKSUM_SEES -> {
            ByteBuffer.wrap(older).order(ByteOrder.LITTLE_ENDIAN).putLong(NUMBER_AT, newest);
            yield seal(older);
          }
        };
    disk.setBytes(layout.record(newest), forged);
  }

  private static Footer footer(byte[] file) {
    return Footer.decode(
        "forged", file.length, ByteBuffer.wrap(file, file.length - Footer.BYTES, Footer.BYTES));
  }

  private static BlockIndex index(byte[] file) {
    Footer footer = footer(file);
    int from = (int) footer.indexOffset();
    return BlockIndex.wrap(Arrays.copyOfRange(file, from, (int) footer.sectionsOffset()));
  }

  /**
   * Changes a block that is stored as it is, and one of its checksums.
   *
   * @param checksumAt where the checksum that is made to fit lies in an index entry
   */
  private static byte[] spoilBlock(byte[] file, int checksumAt) {
    BlockIndex index = index(file);
    for (int entry = 0; entry < index.size(); entry++) {
      int from = (int) index.offset(entry);
      int bytes = index.storedBytes(entry);
      if (bytes > 0 && crc32(file, from, bytes) == index.crcRaw(entry)) {
        file[from + 1] ^= 1;
        int fits =
            checksumAt == 16
                ? crc32(file, from, bytes)
                : Checksum.crc32c(ByteBuffer.wrap(file, from, bytes));
        int at = (int) footer(file).indexOffset() + entry * BlockIndex.ENTRY_BYTES + checksumAt;
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, fits);
        return seal(file);
      }
    }
    throw new IllegalStateException("no block is stored as it is");
  }

  private static int crc32(byte[] file, int from, int bytes) {
    CRC32 crc = new CRC32();
    crc.update(file, from, bytes);
    return (int) crc.getValue();
  }

  /** Exchanges the first block of the field and the first of the zeros, which are equally long. */
  private static byte[] exchangeBlocks(byte[] file) {
    int first = (int) footer(file).indexOffset();
    int second = first + 2 * BlockIndex.ENTRY_BYTES;
    byte[] block = Arrays.copyOfRange(file, first, first + BlockIndex.ENTRY_BYTES);
    System.arraycopy(file, second, file, first, BlockIndex.ENTRY_BYTES);
    System.arraycopy(block, 0, file, second, BlockIndex.ENTRY_BYTES);
    return file;
  }

  /** Makes digest and footer fit what is there. */
  private static byte[] seal(byte[] file) {
    Footer old = footer(file);
    int index = (int) old.indexOffset();
    int sections = (int) old.sectionsOffset();
    int end = sections + (int) old.sectionsBytes();
    Footer fits =
        new Footer(
            old.fileBytes(),
            old.indexOffset(),
            old.indexEntries(),
            old.sectionsOffset(),
            old.sectionsBytes(),
            old.extents(),
            old.fileId(),
            RecordFile.digest(
                Arrays.copyOf(file, FileHeader.BYTES),
                ByteBuffer.wrap(file, index, sections - index),
                Arrays.copyOfRange(file, sections, end)));
    System.arraycopy(fits.encode(), 0, file, end, Footer.BYTES);
    return file;
  }
}
