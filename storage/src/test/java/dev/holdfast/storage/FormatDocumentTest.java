// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.FileKind;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The examples in docs/format are what the code writes. */
class FormatDocumentTest {
  private static final Path DOCS = Path.of("..", "docs", "format");
  private static final int LINE_BYTES = 16;

  private static String document(String name) throws IOException {
    return Files.readString(DOCS.resolve(name)).replace("\r\n", "\n");
  }

  /** Lines of 16 bytes; lines like the one before are left out, as hexdump does. */
  private static String hexdump(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    byte[] before = {};
    boolean starred = false;
    for (int at = 0; at < bytes.length; at += LINE_BYTES) {
      byte[] line = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + LINE_BYTES));
      if (Arrays.equals(line, before)) {
        out.append(starred ? "" : "*\n");
        starred = true;
        continue;
      }
      starred = false;
      before = line;
      out.append(String.format(Locale.ROOT, "%04x ", at));
      for (byte value : line) {
        out.append(String.format(Locale.ROOT, " %02x", value));
      }
      out.append("  ").append(printable(line)).append('\n');
    }
    return out.append(String.format(Locale.ROOT, "%04x\n", bytes.length)).toString();
  }

  private static String printable(byte[] line) {
    StringBuilder text = new StringBuilder();
    for (byte value : line) {
      text.append(value >= ' ' && value <= '~' ? (char) value : '.');
    }
    return text.toString();
  }

  private static byte[] endRecord() throws IOException {
    FileHeader header =
        new FileHeader(
            FileKind.RECORD,
            RecordType.END,
            1,
            0,
            new Id128(0x0011223344556677L, 0x8899aabbccddeeffL),
            new Id128(0x0102030405060708L, 0x090a0b0c0d0e0f10L),
            5,
            1,
            0,
            1,
            Id128.NONE,
            1_700_000_000_000L,
            0);
    Ledger ledger =
        new Ledger(1_699_999_990_000L, 1_700_000_000_000L, 9, 1, 0, 0, 0, 1, 0, 3, 4096, 8192, 0);
    MemoryDisk disk = new MemoryDisk();
    Path path = MemoryDisk.ROOT.resolve("example");
    try (DiskFile file = disk.create(path, Access.OWNER)) {
      Opener.writeRecord(file, header, new Ended(EndCause.COMPLETE, "", 100, ledger), Keys.NONE);
    }
    return disk.bytes(path);
  }

  @Test
  void record_example_isWhatTheCodeWrites() throws IOException {
    String expected = hexdump(endRecord());
    assertTrue(document("record.md").contains(expected), "expected in record.md:\n" + expected);
  }

  @Test
  void store_signpostExample_isWhatTheCodeWrites() throws IOException {
    String expected =
        new String(
            Signpost.encode(new Id128(0x0011223344556677L, 0x8899aabbccddeeffL)),
            StandardCharsets.US_ASCII);
    assertTrue(document("store.md").contains(expected), "expected in store.md:\n" + expected);
  }

  @Test
  void store_stopRequestExample_isWhatTheCodeWrites() throws IOException {
    String expected =
        new String(
            new StopRequest(17, "ada on n007 with holdfast stop").encode(),
            StandardCharsets.US_ASCII);
    assertTrue(document("store.md").contains(expected), "expected in store.md:\n" + expected);
  }

  @Test
  void documents_thatTheCodeNames_exist() {
    for (String name :
        new String[] {
          "store.md",
          "file.md",
          "record.md",
          "version.md",
          "protocol.md",
          "retention.md",
          "repair.md",
          "codecs.md"
        }) {
      assertEquals(true, Files.isRegularFile(DOCS.resolve(name)), name);
    }
  }
}
