// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.Family;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.format.VersionInfo.Phase;
import dev.holdfast.storage.format.VersionInfo.State;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is read again, and nothing else is read. */
class FormatTest {
  private static final String FILE = "0000000000000007.hf";
  private static final Id128 STORE = new Id128(0x0123456789abcdefL, 0xfedcba9876543210L);
  private static final Digest DIGEST = Digest.of(Checksum.sha256().digest());
  private static final Ledger LEDGER = new Ledger(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
  private static final long SEED = 81;

  private static FileHeader header(RecordType type) {
    return FileHeader.of(type, 2, STORE, 7, 5, 1_700_000_000_000L);
  }

  @ParameterizedTest
  @EnumSource(RecordType.class)
  void header_anyType_isReadAsWritten(RecordType type) {
    FileHeader header = header(type);
    byte[] bytes = header.encode();
    assertEquals(256, bytes.length);
    assertEquals(header, FileHeader.decode(FILE, ByteBuffer.wrap(bytes)));
  }

  @Test
  void header_anyBitFlipped_isRefused() {
    byte[] bytes = header(RecordType.VERSION).encode();
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(StoreException.class, () -> FileHeader.decode(FILE, ByteBuffer.wrap(bytes)));
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** Rewrites a byte and the checksum, as a newer Holdfast would. */
  private static byte[] future(int at, int value) {
    byte[] bytes = header(RecordType.VERSION).encode();
    bytes[at] = (byte) value;
    int crc = Checksum.crc32c(ByteBuffer.wrap(bytes, 0, 252));
    ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(252, crc);
    return bytes;
  }

  @Test
  void header_ofAFormatThatIsNotUnderstood_isRefusedAsUnsupported() {
    int[] major = {8, 2};
    int[] kind = {12, 9};
    int[] probe = {16, 1};
    int[] checkKind = {21, 2};
    int[] digestKind = {22, 2};
    int[] cipher = {23, 1};
    int[] seal = {24, 1};
    int[] type = {25, 9};
    int[] incompat = {48, 1};
    int[] attemptTry = {26, 3};
    int[] place = {28, 1};
    int[] rank = {104, 1};
    int[] ranks = {108, 2};
    for (int[] field :
        List.of(
            major,
            kind,
            probe,
            checkKind,
            digestKind,
            cipher,
            seal,
            type,
            incompat,
            attemptTry,
            place,
            rank,
            ranks)) {
      byte[] bytes = future(field[0], field[1]);
      UnsupportedFormatException e =
          assertThrows(
              UnsupportedFormatException.class,
              () -> FileHeader.decode(FILE, ByteBuffer.wrap(bytes)),
              "byte " + field[0]);
      assertTrue(e.getMessage().contains("newer one"), e.getMessage());
    }
  }

  @Test
  void header_withAHigherMinorVersionOrCompatibleFlags_isRead() {
    for (int at : new int[] {10, 32, 40}) {
      FileHeader.decode(FILE, ByteBuffer.wrap(future(at, 1)));
    }
  }

  @Test
  void header_withAKeyAndWithoutACipher_isRefused() {
    byte[] bytes = future(112, 1);
    assertThrows(DamagedException.class, () -> FileHeader.decode(FILE, ByteBuffer.wrap(bytes)));
  }

  @Test
  void footer_withReservedBytesThatAreNotZero_isRefused() {
    byte[] bytes = new Footer(480, 256, 1, 288, 64, 0, STORE, DIGEST).encode();
    bytes[52] = 1;
    int crc = Checksum.crc32c(ByteBuffer.wrap(bytes, 0, 124));
    ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(124, crc);
    assertThrows(DamagedException.class, () -> Footer.decode(FILE, 480, ByteBuffer.wrap(bytes)));
  }

  @Test
  void footer_anyFlipOrOtherLength_isRefused() {
    Footer footer = new Footer(256 + 32 + 64 + 128, 256, 1, 288, 64, 0, STORE, DIGEST);
    byte[] bytes = footer.encode();
    assertEquals(128, bytes.length);
    assertEquals(footer, Footer.decode(FILE, 480, ByteBuffer.wrap(bytes)));
    assertThrows(DamagedException.class, () -> Footer.decode(FILE, 481, ByteBuffer.wrap(bytes)));
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(DamagedException.class, () -> Footer.decode(FILE, 480, ByteBuffer.wrap(bytes)));
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void footer_offsetsThatDoNotFit_areRefused() {
    for (Footer bad :
        List.of(
            new Footer(480, 255, 1, 288, 64, 0, STORE, DIGEST),
            new Footer(480, 256, 2, 288, 64, 0, STORE, DIGEST),
            new Footer(480, 256, Long.MAX_VALUE, 288, 64, 0, STORE, DIGEST),
            new Footer(480, 256, -1, 224, 128, 0, STORE, DIGEST),
            new Footer(480, 256, 1, 288, 65, 0, STORE, DIGEST))) {
      assertThrows(
          DamagedException.class,
          () -> Footer.decode(FILE, 480, ByteBuffer.wrap(bad.encode())),
          bad.toString());
    }
  }

  @Test
  void extent_header_isReadAsWritten() {
    Extent extent = new Extent(STORE, 0, 3, 4096, 2, 64 + 2 * 32 + 80, 0x1234);
    byte[] bytes = extent.encodeHeader();
    assertEquals(64, bytes.length);
    assertEquals(extent, Extent.decodeHeader(FILE, STORE, 256, 10_000, ByteBuffer.wrap(bytes)));
    assertThrows(
        DamagedException.class,
        () -> Extent.decodeHeader(FILE, Id128.NONE, 256, 10_000, ByteBuffer.wrap(bytes)));
    assertThrows(
        DamagedException.class,
        () -> Extent.decodeHeader(FILE, STORE, 256, 300, ByteBuffer.wrap(bytes)));
  }

  @Test
  void index_grownFromNothing_isReadAsWritten() {
    BlockIndex index = new BlockIndex(0);
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, index.add((8L * i) << 33, i, ~i, 7 * i, 0, 0x34, 0, BlockIndex.NO_LAYER, 0));
    }
    index.setOffset(5, 99);
    byte[] bytes = new byte[32 * 1000];
    index.encoded().get(bytes);
    BlockIndex read = BlockIndex.wrap(bytes);
    read.check(FILE, 1000, 1);
    assertEquals(1000, read.size());
    assertEquals(99, read.offset(5));
    assertEquals((8L * 999) << 33, read.offset(999));
    assertEquals(999, read.storedBytes(999));
    assertEquals(~999, read.crcStored(999));
    assertEquals(7 * 999, read.crcRaw(999));
    assertEquals(0x34, read.codec(999));
  }

  @Test
  void index_thatContradictsItself_isRefused() {
    int none = BlockIndex.NO_LAYER;
    assertRefused(0, 0, none, 1, "a file that is not referenced");
    assertRefused(-1, 0, none, 0, "a negative offset");
    assertRefused(0, 9, 1, 0, "more layers than are allowed");
    assertRefused(0, 1, none, 0, "a depth without a layer");
    assertRefused(0, 0, 1, 0, "a layer without a depth");
    assertRefused(0, 1, 0, 0, "a layer among the blocks");
    assertRefused(0, 1, 2, 0, "a layer beyond the end");
    assertRefused(0, 2, 1, 0, "a chain that does not descend");
    assertRefused(0, 0x10, none, 0, "a reserved flag");
  }

  private static void assertRefused(long offset, int depth, int xorRef, int file, String what) {
    BlockIndex index = new BlockIndex(2);
    index.add(offset, 10, 0, 0, file, 0, depth, xorRef, 0);
    index.add(0, 10, 0, 0, 0, 0, 0, BlockIndex.NO_LAYER, 0);
    assertThrows(DamagedException.class, () -> index.check(FILE, 1, 1), what);
  }

  private static VersionInfo version() {
    return new VersionInfo(
        new State(
            12, 34, List.of(new Phase("spin-up", 10, 10, true), new Phase("run", 2, -1, false))),
        new Family(6, DIGEST, 3, 4),
        List.of(new FileRef(3, STORE, DIGEST, 999, 77)),
        List.of(
            new RegionSchema(
                "temp/é",
                RegionKind.ARRAY,
                ElementType.DOUBLE,
                "double[][]",
                List.of(3L, 5L),
                120,
                12,
                true),
            new RegionSchema(
                "", RegionKind.OBJECT, ElementType.OPAQUE, "", List.of(), 0, 22, false)),
        List.of(new OutputMark("out/probe.csv", 5, -6)),
        LEDGER,
        new Costs(0.5, 1.5, 2.5, 3.5, 4, 5.5, 6.5),
        Map.of("blocked", "HISTFAAAA"),
        Level.NODE,
        Map.of("host", "n001"),
        Map.of("n", "17"),
        Map.of("note", "mine"));
  }

  @Test
  void version_everySection_isReadAsWritten() {
    VersionInfo version = version();
    byte[] bytes = version.encode(header(RecordType.VERSION));
    assertEquals(0, bytes.length % 8);
    assertEquals(version, VersionInfo.decode(FILE, 256, bytes));
  }

  @Test
  void openAndEnd_everySection_areReadAsWritten() {
    Holder holder = new Holder("n001", "boot", "pid:[4]", 11, 22, "ada", "Slurm", "12_3", 4);
    Opened opened = new Opened(holder, LEDGER, Map.of("java", "25"));
    assertEquals(opened, AttemptInfo.decodeOpened(FILE, 256, opened.encode()));
    for (EndCause cause : EndCause.values()) {
      Ended ended = new Ended(cause, "because", 9, LEDGER);
      assertEquals(ended, AttemptInfo.decodeEnded(FILE, 256, ended.encode()));
    }
  }

  @Test
  void end_withALongMessage_isClippedNotRefused() {
    Ended ended = new Ended(EndCause.FAILED, "é".repeat(100_000), 9, LEDGER);
    assertTrue(ended.message().length() < 10_000);
    assertEquals(ended, AttemptInfo.decodeEnded(FILE, 256, ended.encode()));
  }

  @Test
  void sections_anyBitFlippedOrCut_areRefusedOrReadAsWritten() {
    VersionInfo version = version();
    byte[] bytes = version.encode(header(RecordType.VERSION));
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(StoreException.class, () -> VersionInfo.decode(FILE, 0, bytes), "bit " + bit);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      try {
        VersionInfo read = VersionInfo.decode(FILE, 0, cut);
        assertEquals(version, read, "only padding, or the last and optional section, is missing");
      } catch (StoreException e) {
        assertTrue(e.getMessage().startsWith(FILE), e.getMessage());
      }
    }
  }

  /** A section of a later version: its tag is unknown here. */
  private static byte[] withUnknownSection(int flags) {
    byte[] known = version().encode(header(RecordType.VERSION));
    ByteWriter more = new ByteWriter(32);
    more.u16(99).u16(flags).i32(0).i64(3).raw(new byte[] {1, 2, 3});
    more.putI32At(4, Checksum.crc32c(more.view(0, 19)));
    more.zeros(5);
    return new ByteWriter(0).raw(known).raw(more.toByteArray()).toByteArray();
  }

  @Test
  void sections_unknownOne_isSkippedUnlessItIsCritical() {
    assertEquals(version(), VersionInfo.decode(FILE, 0, withUnknownSection(0)));
    assertThrows(
        UnsupportedFormatException.class, () -> VersionInfo.decode(FILE, 0, withUnknownSection(1)));
  }

  /** Random bytes with valid checksums around them reach the decoders themselves. */
  @Test
  void sections_randomPayloads_throwTypedErrorsOnly() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      Sections.Writer out = new Sections.Writer();
      for (Sections.Tag tag : Sections.Tag.values()) {
        byte[] payload = new byte[random.nextInt(100)];
        random.nextBytes(payload);
        for (int k = 0; k < payload.length && random.nextBoolean(); k += 4) {
          payload[k] = (byte) random.nextInt(3);
          Arrays.fill(
              payload, Math.min(k + 1, payload.length), Math.min(k + 4, payload.length), (byte) 0);
        }
        out.add(tag, w -> w.raw(payload));
      }
      byte[] bytes = out.toByteArray();
      assertThrows(StoreException.class, () -> VersionInfo.decode(FILE, 0, bytes), "seed " + SEED);
    }
  }

  @Test
  void region_blockSize_isDoubledUntilTheCountIsBounded() {
    assertEquals(16, RegionSchema.blockLog2For(0));
    assertEquals(16, RegionSchema.blockLog2For((1L << 34) - 1));
    assertEquals(17, RegionSchema.blockLog2For(1L << 34));
    assertEquals(22, RegionSchema.blockLog2For(1L << 50));
    RegionSchema region =
        new RegionSchema(
            "r", RegionKind.ARRAY, ElementType.BYTE, "byte[]", List.of(), 4097, 12, false);
    assertEquals(2, region.blockCount());
    assertEquals(4096, region.blockLengthBytes(0));
    assertEquals(1, region.blockLengthBytes(1));
  }

  @Test
  void id_inHexadecimal_isReadAsWritten() {
    assertEquals("0123456789abcdeffedcba9876543210", STORE.toString());
    assertEquals(STORE, Id128.parse(STORE.toString()));
    assertArrayEquals(
        DIGEST.bytes(), Checksum.sha256().digest(), "SHA-256 of nothing, through hexadecimal");
  }
}
