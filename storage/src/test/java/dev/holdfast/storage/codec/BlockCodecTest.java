// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockCodecTest {
  private final Arena arena = Arena.ofShared();
  private final BlockEncoder encoder = new BlockEncoder();
  private final BlockDecoder decoder = new BlockDecoder();
  private final SplittableRandom random = new SplittableRandom(Blocks.SEED);

  @AfterEach
  void close() {
    encoder.close();
    decoder.close();
    arena.close();
  }

  private void assertDecodes(MemorySegment raw, Encoded encoded, String label) throws Exception {
    assertEquals(Crc.crc32c(encoded.stored()), encoded.crc32c(), label);
    assertEquals(Crc.crc32(raw), encoded.crc32Raw(), label);
    assertEquals(encoded.stored().byteSize(), encoded.storedBytes(), label);
    try (Arena own = Arena.ofConfined()) {
      MemorySegment out = own.allocate(raw.byteSize()).fill((byte) 0x5A);
      decoder.decode(encoded.codecByte(), encoded.stored(), out);
      assertEquals(-1, out.mismatch(raw), label + " seed " + Blocks.SEED);
    }
  }

  @Test
  void encode_everyPipelineWidthAndLength_decodesToTheSameBits() throws Exception {
    for (int bytes : Blocks.lengths()) {
      for (int width : Blocks.WIDTHS) {
        try (Arena own = Arena.ofShared()) {
          MemorySegment raw = Blocks.walk(own, bytes, width, random);
          for (Pipeline pipeline : Blocks.COMPRESSED) {
            String label = pipeline + " " + width + " " + bytes;
            assertDecodes(raw, encoder.encode(raw, CodecChoice.of(pipeline, width, 1)), label);
            Codec codec = Codec.of(pipeline, width);
            MemorySegment stored = Blocks.forced(own, codec, raw);
            Encoded forced = new Encoded(codec, stored, Crc.crc32c(stored), Crc.crc32(raw));
            assertDecodes(raw, forced, label + " forced");
          }
        }
      }
    }
  }

  @Test
  void encode_smoothNumbers_usesTheChosenPipeline() {
    for (int width : Blocks.WIDTHS) {
      for (Pipeline pipeline : Blocks.COMPRESSED.subList(width == 1 ? 2 : 1, 4)) {
        MemorySegment raw = Blocks.walk(arena, 1 << 16, width, random);
        Encoded encoded = encoder.encode(raw, CodecChoice.of(pipeline, width, 1));
        assertEquals(Codec.of(pipeline, width), encoded.codec());
        assertTrue(encoded.pays());
        assertTrue(BlockEncoder.pays(encoded.storedBytes(), raw.byteSize()));
      }
    }
  }

  @Test
  void encodeXor_everyPipelineWidthAndLength_decodesToTheXorOfBoth() throws Exception {
    for (int bytes : Blocks.lengths()) {
      for (int width : Blocks.WIDTHS) {
        try (Arena own = Arena.ofShared()) {
          MemorySegment previous = Blocks.walk(own, bytes, width, random);
          MemorySegment raw = own.allocate(bytes).copyFrom(previous);
          raw.asSlice(0, Math.max(1, bytes / 8))
              .copyFrom(Blocks.random(own, Math.max(1, bytes / 8), random));
          for (Pipeline pipeline : Blocks.COMPRESSED) {
            Encoded encoded = encoder.encodeXor(raw, previous, CodecChoice.of(pipeline, width, 1));
            MemorySegment out = own.allocate(bytes);
            decoder.decode(encoded.codecByte(), encoded.stored(), out);
            BlockDecoder.xor(out, previous);
            String label = pipeline + " " + width + " " + bytes + " seed " + Blocks.SEED;
            assertEquals(-1, out.mismatch(raw), label);
            assertEquals(Crc.crc32(raw), encoded.crc32Raw(), label);
          }
        }
      }
    }
  }

  @Test
  void encode_nanPayloadsAndNegativeZeros_keepEveryBit() throws Exception {
    double[] values = new double[4096];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (i % 4) {
            case 0 -> -0.0;
            case 1 -> Double.longBitsToDouble(0x7FF0_0000_0000_0001L + i);
            case 2 -> Double.longBitsToDouble(0xFFF8_DEAD_BEEF_0000L + i);
            default -> i % 8 == 3 ? Double.NEGATIVE_INFINITY : Double.MIN_VALUE;
          };
    }
    MemorySegment raw = Blocks.of(arena, values);
    for (Pipeline pipeline : Blocks.COMPRESSED) {
      Encoded encoded = encoder.encode(raw, CodecChoice.of(pipeline, 8, 1));
      assertEquals(pipeline, encoded.codec().pipeline());
      assertDecodes(raw, encoded, pipeline.toString());
    }
  }

  @Test
  void encode_randomBytes_areStoredRaw() throws Exception {
    MemorySegment raw = Blocks.random(arena, 1 << 16, random);
    for (Pipeline pipeline : Blocks.COMPRESSED) {
      Encoded encoded = encoder.encode(raw, CodecChoice.of(pipeline, 8, 3));
      assertEquals(Codec.of(Pipeline.RAW, 8), encoded.codec());
      assertFalse(encoded.pays());
      assertDecodes(raw, encoded, pipeline.toString());
    }
  }

  @Test
  void encode_zeros_storeNothing() throws Exception {
    for (int bytes : List.of(1, 2, 7, 1 << 16)) {
      MemorySegment raw = arena.allocate(bytes);
      for (Pipeline pipeline : List.of(Pipeline.RAW, Pipeline.DELTA_SHUFFLE_ZSTD)) {
        Encoded encoded = encoder.encode(raw, CodecChoice.of(pipeline, 4, 1));
        assertEquals(Pipeline.ZERO, encoded.codec().pipeline());
        assertEquals(0, encoded.storedBytes());
        assertTrue(encoded.pays());
        assertDecodes(raw, encoded, "zeros " + bytes);
      }
    }
  }

  @Test
  void encode_oneBitAmongZeros_isNotTakenForZeros() throws Exception {
    for (int at : List.of(0, 1, 63, 64, 99)) {
      MemorySegment raw = arena.allocate(100);
      raw.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      Encoded encoded = encoder.encode(raw, CodecChoice.of(Pipeline.ZSTD, 1, 1));
      assertFalse(encoded.codec().pipeline() == Pipeline.ZERO);
      assertDecodes(raw, encoded, "bit in byte " + at);
    }
  }

  @Test
  void encodeXor_unchangedBlock_storesNothing() {
    MemorySegment raw = Blocks.random(arena, 1 << 16, random);
    Encoded encoded = encoder.encodeXor(raw, raw, CodecChoice.of(Pipeline.ZSTD, 8, 1));
    assertEquals(Pipeline.ZERO, encoded.codec().pipeline());
    assertEquals(Crc.crc32(raw), encoded.crc32Raw());
  }

  @Test
  void encodeXor_ofUnrelatedBlocks_saysItDoesNotPayAndIsStillRight() throws Exception {
    MemorySegment raw = Blocks.random(arena, 4099, random);
    MemorySegment previous = Blocks.random(arena, 4099, random);
    Encoded encoded = encoder.encodeXor(raw, previous, CodecChoice.of(Pipeline.ZSTD, 8, 1));
    assertFalse(encoded.pays());
    MemorySegment out = arena.allocate(4099);
    decoder.decode(encoded.codecByte(), encoded.stored(), out);
    BlockDecoder.xor(out, previous);
    assertEquals(-1, out.mismatch(raw));
  }

  @Test
  void encode_segmentsOfEveryArenaAndReadOnlyOnes_work() throws Exception {
    try (Arena confined = Arena.ofConfined()) {
      for (Arena owner : List.of(confined, arena, Arena.ofAuto())) {
        MemorySegment raw = Blocks.walk(owner, 8192, 8, random);
        MemorySegment previous = Blocks.walk(owner, 8192, 8, random);
        for (Pipeline pipeline : Blocks.COMPRESSED) {
          CodecChoice choice = CodecChoice.of(pipeline, 8, 1);
          assertDecodes(raw, encoder.encode(raw.asReadOnly(), choice), pipeline.toString());
          Encoded encoded = encoder.encode(raw, choice);
          MemorySegment stored = owner.allocate(encoded.storedBytes()).copyFrom(encoded.stored());
          MemorySegment out = owner.allocate(8192);
          decoder.decode(encoded.codecByte(), stored.asReadOnly(), out);
          assertEquals(-1, out.mismatch(raw));
          encoder.encodeXor(raw.asReadOnly(), previous.asReadOnly(), choice);
        }
      }
    }
  }

  @Test
  void encode_sameBlockTwiceWithOtherBlocksBetween_givesTheSameBytes() {
    MemorySegment raw = Blocks.walk(arena, 1 << 16, 8, random);
    CodecChoice choice = CodecChoice.of(Pipeline.DELTA_SHUFFLE_ZSTD, 8, 1);
    int first = encoder.encode(raw, choice).crc32c();
    encoder.encode(Blocks.walk(arena, 1 << 18, 4, random), CodecChoice.of(Pipeline.ZSTD, 4, 9));
    assertEquals(first, encoder.encode(raw, choice).crc32c());
  }

  @Test
  void encode_heapEmptyOrTooLargeBlock_isRefused() {
    CodecChoice choice = CodecChoice.of(Pipeline.ZSTD, 1, 1);
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    MemorySegment large = arena.allocate(Codec.BLOCK_BYTES_MAX + 1L);
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(heap, choice));
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(large.asSlice(0, 0), choice));
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(large, choice));
    assertThrows(
        IllegalArgumentException.class,
        () -> encoder.encodeXor(large.asSlice(0, 8), large.asSlice(0, 9), choice));
    assertThrows(
        IllegalArgumentException.class, () -> decoder.decode(0, heap, large.asSlice(0, 8)));
    assertThrows(
        IllegalArgumentException.class,
        () -> decoder.decode(0, large.asSlice(0, 8), large.asSlice(8, 8).asReadOnly()));
  }

  @Test
  void close_twice_isHarmlessAndLaterUseIsRefused() {
    MemorySegment raw = arena.allocate(8);
    encoder.close();
    encoder.close();
    decoder.close();
    decoder.close();
    CodecChoice choice = CodecChoice.of(Pipeline.ZSTD, 1, 1);
    assertThrows(IllegalStateException.class, () -> encoder.encode(raw, choice));
    assertThrows(IllegalStateException.class, () -> decoder.decode(1, MemorySegment.NULL, raw));
  }

  @Test
  void codec_everyByte_isParsedAsItWasMadeOrRefused() throws Exception {
    int known = 0;
    for (int b = 0; b < 256; b++) {
      if ((b & 0xF) <= 5 && b >>> 4 <= 3) {
        assertEquals(b, Codec.parse(b).toByte());
        known++;
      } else {
        int unknown = b;
        CodecException e = assertThrows(CodecException.class, () -> Codec.parse(unknown));
        assertTrue(e.toString().contains("unknown codec byte"), e.toString());
      }
    }
    assertEquals(24, known);
    assertThrows(CodecException.class, () -> Codec.parse(-1));
    assertThrows(CodecException.class, () -> Codec.parse(256));
  }

  @Test
  void choice_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> CodecChoice.of(Pipeline.ZSTD, 3, 1));
    assertThrows(IllegalArgumentException.class, () -> CodecChoice.of(Pipeline.ZSTD, 16, 1));
    assertThrows(IllegalArgumentException.class, () -> CodecChoice.of(Pipeline.ZSTD, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> CodecChoice.of(Pipeline.ZSTD, 8, 23));
    assertThrows(IllegalArgumentException.class, () -> CodecChoice.of(Pipeline.ZERO, 8, 1));
  }

  @Test
  void crc_ofTheCheckString_matchesThePublishedValues() {
    MemorySegment check = Blocks.of(arena, "123456789".getBytes(StandardCharsets.US_ASCII));
    assertEquals(0xCBF43926, Crc.crc32(check));
    assertEquals(0xE3069283, Crc.crc32c(check));
    assertEquals(0, Crc.crc32c(MemorySegment.NULL));
  }
}
