// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A record without contents: a header, perhaps something, a footer. */
final class FuzzedFrame implements FuzzedParser.Bytes {
  static final long NUMBER = 2;

  private static final StoreLayout LAYOUT = new StoreLayout(TestStores.STORE);
  private static final int FOOTER_CRC_AT = Footer.BYTES - 4;

  /** Where a header has bits that a reader may ignore: the minor version, the compat flags. */
  private static final int[][] IGNORED = {{10, 12}, {32, 40}};

  private final MemoryDisk disk;

  FuzzedFrame() {
    disk = new MemoryDisk();
    try {
      disk.createDirectory(TestStores.STORE, Access.OWNER);
      disk.createDirectory(LAYOUT.log(), Access.OWNER);
      disk.create(LAYOUT.record(NUMBER), Access.OWNER).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<byte[]> written() {
    byte[] whole = FuzzedVersion.record(NUMBER);
    FileHeader header = FileHeader.decode("", ByteBuffer.wrap(whole, 0, FileHeader.BYTES));
    byte[] footer =
        new Footer(384, 256, 0, 256, 0, 0, header.fileId(), Footer.Digest.of(new byte[32]))
            .encode();
    byte[] bytes = Arrays.copyOf(whole, FileHeader.BYTES + Footer.BYTES);
    System.arraycopy(footer, 0, bytes, FileHeader.BYTES, Footer.BYTES);
    return List.of(bytes);
  }

  @Override
  public boolean accepts(byte[] input) throws Exception {
    disk.setBytes(LAYOUT.record(NUMBER), input);
    try (RecordFile record = RecordFile.open(disk, LAYOUT, NUMBER)) {
      byte[] header = record.header().encode();
      for (int[] bits : IGNORED) {
        System.arraycopy(input, bits[0], header, bits[0], bits[1] - bits[0]);
      }
      putHeaderRight(header);
      assertArrayEquals(Arrays.copyOf(input, FileHeader.BYTES), header);
      byte[] footer = Arrays.copyOfRange(input, input.length - Footer.BYTES, input.length);
      assertArrayEquals(footer, record.footer().encode());
      return true;
    }
  }

  @Override
  public void putChecksumsRight(byte[] input) {
    if (input.length >= FileHeader.BYTES + Footer.BYTES) {
      putHeaderRight(input);
      putFooterRight(input);
    }
  }

  static void putHeaderRight(byte[] file) {
    putCrc(file, 0, FileHeader.BYTES - 4, FileHeader.BYTES - 4);
  }

  static void putFooterRight(byte[] file) {
    int footer = file.length - Footer.BYTES;
    putCrc(file, footer, FOOTER_CRC_AT, footer + FOOTER_CRC_AT);
  }

  /** Puts the CRC32C of some bytes where it belongs. */
  static void putCrc(byte[] file, int from, int count, int at) {
    little(file).putInt(at, Checksum.crc32c(ByteBuffer.wrap(file, from, count)));
  }

  static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
