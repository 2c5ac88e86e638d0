// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Somebody who may write to a store and knows the format, but no key: mends every checksum. */
final class Forger {
  private static final int ROW_BYTES = 32;
  private static final int SEAL_AT = 24;

  private Forger() {}

  /** After a block that is stored as it is was changed. */
  static void mendBlock(byte[] bytes, int offset, int length) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int footer = bytes.length - Footer.BYTES;
    int index = (int) file.getLong(footer + 16);
    for (int at = FileHeader.BYTES; at < index; at += (int) file.getLong(at + 40)) {
      int count = file.getInt(at + 36);
      mendRows(file, at + 64, count, offset, length);
      file.putInt(at + 48, Checksum.crc32c(file.slice(at + 64, ROW_BYTES * count)));
      file.putInt(at + 60, Checksum.crc32c(file.slice(at, 60)));
    }
    mendRows(file, index, (int) file.getLong(footer + 24), offset, length);
    mendMetadata(bytes);
  }

  private static void mendRows(ByteBuffer file, int from, int count, int offset, int length) {
    CRC32 raw = new CRC32();
    raw.update(file.slice(offset, length));
    for (int row = from; row < from + ROW_BYTES * count; row += ROW_BYTES) {
      if (file.getLong(row) == offset && file.getShort(row + 20) == 0) {
        file.putInt(row + 12, Checksum.crc32c(file.slice(offset, length)));
        file.putInt(row + 16, file.get(SEAL_AT) == 0 ? (int) raw.getValue() : 0);
      }
    }
  }

  /** After header, index, sections or footer were changed; the digest too, where it is no seal. */
  static void mendMetadata(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int footer = bytes.length - Footer.BYTES;
    file.putInt(252, Checksum.crc32c(file.slice(0, 252)));
    long index = file.getLong(footer + 16);
    long sections = file.getLong(footer + 32);
    boolean ordered = index >= FileHeader.BYTES && index <= sections && sections <= footer;
    if (ordered) {
      mendSections(file, (int) sections, footer);
    }
    if (ordered && file.get(SEAL_AT) == 0) {
      Footer.Digest digest =
          RecordFile.digest(
              Arrays.copyOf(bytes, FileHeader.BYTES),
              file.slice((int) index, (int) (sections - index)),
              Arrays.copyOfRange(bytes, (int) sections, footer));
      file.put(footer + Footer.DIGEST_AT, HexFormat.of().parseHex(digest.hex()));
    }
    file.putInt(footer + 124, Checksum.crc32c(file.slice(footer, 124)));
  }

  private static void mendSections(ByteBuffer file, int from, int end) {
    int at = from;
    while (at + 16 <= end) {
      long length = file.getLong(at + 8);
      if (length < 0 || length > end - at - 16) {
        return;
      }
      file.putInt(at + 4, 0);
      file.putInt(at + 4, Checksum.crc32c(file.slice(at, 16 + (int) length)));
      at += 16 + (int) ((length + 7) / 8 * 8);
    }
  }
}
