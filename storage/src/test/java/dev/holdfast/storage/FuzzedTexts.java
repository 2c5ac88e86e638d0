// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The texts of a store. */
final class FuzzedTexts {
  private static final StoreLayout LAYOUT = new StoreLayout(TestStores.STORE);
  private static final int CRC_LINE_BYTES = 16;

  private FuzzedTexts() {}

  private static MemoryDisk diskWith(Path file) {
    MemoryDisk disk = new MemoryDisk();
    try {
      disk.createDirectory(TestStores.STORE, Access.OWNER);
      disk.create(file, Access.OWNER).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return disk;
  }

  /** The last line of both files. */
  private static void putCrcLineRight(byte[] text) {
    int at = text.length - CRC_LINE_BYTES;
    if (at >= 0) {
      int crc = Checksum.crc32c(ByteBuffer.wrap(text, 0, at));
      byte[] line =
          String.format(Locale.ROOT, "crc32c %08x\n", crc).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(line, 0, text, at, CRC_LINE_BYTES);
    }
  }

  /** The file HOLDFAST. */
  static final class OfSignpost implements FuzzedParser.Bytes {
    private final MemoryDisk disk = diskWith(LAYOUT.signpost());

    @Override
    public List<byte[]> written() {
      return List.of(Signpost.encode(new Id128(0x0011_2233_4455_6677L, 0x8899_aabb_ccdd_eeffL)));
    }

    @Override
    public boolean accepts(byte[] input) throws IOException {
      disk.setBytes(LAYOUT.signpost(), input);
      Id128 id = Signpost.read(disk, LAYOUT.signpost()).orElseThrow();
      assertArrayEquals(input, Signpost.encode(id));
      return true;
    }

    @Override
    public void putChecksumsRight(byte[] input) {
      putCrcLineRight(input);
    }
  }

  /** The file STOP. */
  static final class OfStopRequest implements FuzzedParser.Bytes {
    private final MemoryDisk disk = diskWith(LAYOUT.stop());

    @Override
    public List<byte[]> written() {
      return List.of(new StopRequest(17, "ada on n007 with holdfast stop").encode());
    }

    @Override
    public boolean accepts(byte[] input) {
      disk.setBytes(LAYOUT.stop(), input);
      Optional<StopRequest> request = StopRequest.find(TestStores.STORE, disk);
      assertArrayEquals(input, request.orElseThrow().encode());
      assertTrue(request.get().by().codePoints().noneMatch(Character::isISOControl));
      return true;
    }

    @Override
    public void putChecksumsRight(byte[] input) {
      putCrcLineRight(input);
    }
  }

  /** A name in a store. */
  static final class OfNames implements FuzzedParser.Bytes {
    @Override
    public List<byte[]> written() {
      Id128 id = new Id128(1, 2);
      return List.of(
          bytes(StoreLayout.recordName(0x1234)),
          bytes(LAYOUT.gone(77, TestStores.TAKING).getFileName().toString()),
          bytes(StoreLayout.recordName(77) + ".gone"),
          bytes(LAYOUT.temporary(9, 8, "1").getFileName().toString()),
          bytes(StoreLayout.signpostTemporary(id)),
          bytes(LAYOUT.stopTemporary(id).getFileName().toString()));
    }

    private static byte[] bytes(String name) {
      return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean accepts(byte[] input) {
      String name = new String(input, StandardCharsets.UTF_8);
      int kinds = 0;
      OptionalLong number = StoreLayout.recordNumber(name);
      if (number.isPresent()) {
        assertEquals(name, StoreLayout.recordName(number.getAsLong()));
        kinds++;
      }
      OptionalLong attempt = StoreLayout.temporaryAttempt(name);
      if (attempt.isPresent()) {
        String expected = String.format(Locale.ROOT, "-%016x-", attempt.getAsLong());
        assertEquals(expected, name.substring(17, 17 + expected.length()));
        kinds++;
      }
      if (StoreLayout.isGone(name)) {
        String record = StoreLayout.recordName(StoreLayout.goneNumber(name).orElseThrow());
        String taking = name.substring(record.length(), name.length() - ".gone".length());
        assertTrue(taking.isEmpty() || taking.equals("." + Id128.parse(taking.substring(1))));
        assertTrue(name.startsWith(record), name);
        kinds++;
      }
      if (StoreLayout.isRootTemporary(name)) {
        Id128 id = Id128.parse(name.substring(name.indexOf('-') + 1, name.length() - 4));
        assertTrue(
            name.equals(StoreLayout.signpostTemporary(id))
                || name.equals(LAYOUT.stopTemporary(id).getFileName().toString()));
        kinds++;
      }
      assertTrue(kinds <= 1, "a name has one meaning");
      return kinds == 1;
    }
  }
}
