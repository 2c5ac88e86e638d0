// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.Extent;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.Phase;
import dev.holdfast.storage.format.VersionInfo.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The file of a version: a full one that stands alone, or a delta beside what it refers to. */
final class FuzzedVersion implements FuzzedParser.Bytes {
  /** The delta's number; it refers to the version before it. */
  static final long DELTA = 4;

  private static final StoreLayout LAYOUT = new StoreLayout(TestStores.STORE);
  private static final int NUMBER_AT = 88;
  private static final int FILE_ID_AT = 72;
  private static final int INDEX_OFFSET_AT = 16;
  private static final int FOOTER_FILE_ID_AT = 56;
  private static final int DIGEST_AT = 72;

  private static final MemoryDisk STORE = store();

  private final MemoryDisk full = without(DELTA - 1, DELTA);
  private final MemoryDisk delta = without(FuzzedFrame.NUMBER);

  /** The file of a record of that store. */
  static byte[] record(long number) {
    return STORE.bytes(LAYOUT.record(number)).clone();
  }

  /** The sections of a record of that store. */
  static byte[] sections(long number) {
    byte[] file = record(number);
    ByteBuffer tail = ByteBuffer.wrap(file, file.length - Footer.BYTES, Footer.BYTES);
    int from = (int) Footer.decode("", file.length, tail).sectionsOffset();
    return Arrays.copyOfRange(file, from, file.length - Footer.BYTES);
  }

  private static MemoryDisk store() {
    MemoryDisk disk = new MemoryDisk();
    TestStores.Options all = new TestStores.Options();
    all.keep = KeepRules.last(3);
    try (StoreWriter writer = StoreWriter.open(TestStores.STORE, all.on(disk))) {
      byte @Nullable [] before = null;
      for (int step = 1; step <= 3; step++) {
        byte[] walk = walk(step);
        TestStores.committed(writer.commit(draft(step, walk, before)));
        before = walk;
      }
    }
    return disk;
  }

  private static MemoryDisk without(long... numbers) {
    MemoryDisk disk = STORE.copy();
    try {
      for (long number : numbers) {
        disk.delete(LAYOUT.record(number));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return disk;
  }

  /** A slow walk, of which one number changes from step to step. */
  private static byte[] walk(int step) {
    byte[] bytes = new byte[600];
    ByteBuffer longs = FuzzedFrame.little(bytes);
    Random random = new Random(11);
    for (int i = 0; i < 75; i++) {
      longs.putLong(1_000_000 + 1000L * random.nextInt(1 << 6) + (i == step ? 1 : 0));
    }
    return bytes;
  }

  private static Draft draft(int step, byte[] walk, byte @Nullable [] before) {
    byte[] noise = new byte[4096]; // of smaller files every version is a full one
    new Random(12).nextBytes(noise);
    return new Draft(
        new State(step, 1000 + step, List.of(new Phase("main", step, 100, false))),
        List.of(
            new Region("walk", ElementType.LONG, walk, before),
            new Region("noise", ElementType.OPAQUE, noise, before == null ? null : noise),
            new Region(
                "zeros", ElementType.INT, new byte[64], before == null ? null : new byte[64])),
        List.of(),
        Ledger.begin(1),
        Costs.NONE,
        Map.of(),
        Map.of("n", "17"),
        Map.of(),
        false);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Region(String name, ElementType type, byte[] now, byte @Nullable [] before)
      implements RegionSource {
    @Override
    public RegionSchema schema() {
      List<Long> shape = List.of((long) now.length / type.widthBytes());
      return new RegionSchema(
          name, RegionKind.ARRAY, type, type.name(), shape, now.length, 12, false);
    }

    @Override
    public boolean changed(int block) {
      return !Arrays.equals(now, before);
    }

    @Override
    public MemorySegment block(int block) {
      return nativeCopy(now);
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      return before == null ? null : nativeCopy(before);
    }

    private static MemorySegment nativeCopy(byte[] bytes) {
      return Arena.ofAuto().allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes));
    }
  }

  @Override
  public List<byte[]> written() {
    return List.of(record(FuzzedFrame.NUMBER), record(DELTA));
  }

  @Override
  public boolean accepts(byte[] input) {
    boolean isDelta =
        input.length >= FileHeader.BYTES && FuzzedFrame.little(input).getLong(NUMBER_AT) == DELTA;
    MemoryDisk disk = isDelta ? delta : full;
    long number = isDelta ? DELTA : FuzzedFrame.NUMBER;
    byte[] written = disk.bytes(LAYOUT.record(number));
    disk.setBytes(LAYOUT.record(number), input);
    try {
      VerifyReport report = Verifier.verify(TestStores.STORE, disk);
      boolean usable = report.usable().contains(number);
      if (report.findings().isEmpty()) {
        assertEquals(report.versions(), report.usable());
      }
      try (StoredVersion version = Store.open(TestStores.STORE, disk).version(number)) {
        version.readAll();
      } catch (StoreIoException e) {
        assertEquals(false, usable, e.getMessage());
        return false;
      }
      return usable;
    } finally {
      disk.setBytes(LAYOUT.record(number), written);
    }
  }

  @Override
  public void putChecksumsRight(byte[] input) {
    if (input.length < FileHeader.BYTES + Footer.BYTES) {
      return;
    }
    ByteBuffer bytes = FuzzedFrame.little(input);
    FuzzedFrame.putHeaderRight(input);
    int footer = input.length - Footer.BYTES;
    long indexOffset = bytes.getLong(footer + INDEX_OFFSET_AT);
    long entries = bytes.getLong(footer + INDEX_OFFSET_AT + 8);
    long room = (footer - indexOffset) / BlockIndex.ENTRY_BYTES;
    if (indexOffset < FileHeader.BYTES || indexOffset > footer || entries < 0 || entries > room) {
      return;
    }
    int index = (int) indexOffset;
    int sections = index + (int) entries * BlockIndex.ENTRY_BYTES;
    putExtentsRight(input, index);
    putIndexRight(input, index, sections);
    FuzzedSections.putSectionsRight(input, sections, footer);
    bytes.putLong(footer + 8, input.length);
    bytes.putLong(footer + INDEX_OFFSET_AT + 16, sections);
    bytes.putLong(footer + INDEX_OFFSET_AT + 24, footer - sections);
    System.arraycopy(input, FILE_ID_AT, input, footer + FOOTER_FILE_ID_AT, 16);
    Footer.Digest digest =
        RecordFile.digest(
            Arrays.copyOf(input, FileHeader.BYTES),
            ByteBuffer.wrap(input, index, sections - index),
            Arrays.copyOfRange(input, sections, footer));
    bytes.put(footer + DIGEST_AT, HexFormat.of().parseHex(digest.hex()));
    FuzzedFrame.putFooterRight(input);
  }

  /** Headers and tables, as far as the headers lead. */
  private static void putExtentsRight(byte[] input, int end) {
    ByteBuffer bytes = FuzzedFrame.little(input);
    for (int at = FileHeader.BYTES; at <= end - Extent.HEADER_BYTES; ) {
      int count = bytes.getInt(at + 36);
      long length = bytes.getLong(at + 40);
      int table = at + Extent.HEADER_BYTES;
      if (count < 1 || count > (end - table) / BlockIndex.ENTRY_BYTES) {
        return;
      }
      for (int row = 0; row < count; row++) {
        putPayloadCrcRight(input, table + row * BlockIndex.ENTRY_BYTES, end);
      }
      FuzzedFrame.putCrc(input, table, count * BlockIndex.ENTRY_BYTES, at + 48);
      FuzzedFrame.putCrc(input, at, Extent.HEADER_BYTES - 4, at + Extent.HEADER_BYTES - 4);
      if (length < Extent.HEADER_BYTES || length > end - at) {
        return;
      }
      at += (int) length;
    }
  }

  private static void putIndexRight(byte[] input, int from, int to) {
    for (int entry = from; entry < to; entry += BlockIndex.ENTRY_BYTES) {
      if (FuzzedFrame.little(input).getShort(entry + 20) == 0) {
        putPayloadCrcRight(input, entry, from);
      }
    }
  }

  private static void putPayloadCrcRight(byte[] input, int entry, int end) {
    ByteBuffer bytes = FuzzedFrame.little(input);
    long offset = bytes.getLong(entry);
    int length = bytes.getInt(entry + 8);
    if (offset >= 0 && length >= 0 && offset <= end && length <= end - offset) {
      FuzzedFrame.putCrc(input, (int) offset, length, entry + 12);
    }
  }
}
