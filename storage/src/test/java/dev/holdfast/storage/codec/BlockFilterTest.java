// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockFilterTest {
  private final BlockFilter filter = new BlockFilter();

  /** The specification, element by element, with no thought of speed. */
  private static byte[] reference(Codec codec, byte[] raw) {
    int width = codec.elementWidthBytes();
    int n = raw.length / width;
    long[] values = new long[n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < width; k++) {
        values[i] |= (raw[i * width + k] & 0xFFL) << (8 * k);
      }
    }
    int unused = 64 - 8 * width;
    for (int d = 0; d < codec.pipeline().differences(); d++) {
      for (int i = n - 1; i > 0; i--) {
        values[i] -= values[i - 1];
      }
    }
    byte[] out = raw.clone();
    for (int i = 0; i < n; i++) {
      long value = values[i];
      if (codec.pipeline().differences() > 0) {
        long signed = (value << unused) >> unused;
        value = (signed << 1) ^ (signed >> 63);
      }
      for (int k = 0; k < width; k++) {
        out[k * n + i] = (byte) (value >>> (8 * k));
      }
    }
    return out;
  }

  @Test
  void forward_everyPipelineWidthAndLength_followsTheSpecificationAndInverts() {
    SplittableRandom random = new SplittableRandom(Blocks.SEED);
    for (int bytes : Blocks.lengths()) {
      for (int width : Blocks.WIDTHS) {
        for (Pipeline pipeline : Blocks.COMPRESSED.subList(1, 4)) {
          try (Arena arena = Arena.ofConfined()) {
            String label = pipeline + " " + width + " " + bytes + " seed " + Blocks.SEED;
            Codec codec = Codec.of(pipeline, width);
            MemorySegment raw = Blocks.random(arena, bytes, random);
            MemorySegment filtered = arena.allocate(bytes);
            MemorySegment back = arena.allocate(bytes);
            filter.forward(codec, raw, filtered);
            assertArrayEquals(reference(codec, Blocks.bytes(raw)), Blocks.bytes(filtered), label);
            filter.inverse(codec, filtered, back);
            assertEquals(-1, back.mismatch(raw), label);
          }
        }
      }
    }
  }

  @Test
  void forward_workedExamplesOfTheSpecification_giveItsBytes() {
    String raw = "0a000c000f000f000e007f";
    assertEquals("0a0c0f0f0e00000000007f", filtered(Pipeline.SHUFFLE_ZSTD, raw));
    assertEquals("140406000100000000007f", filtered(Pipeline.DELTA_SHUFFLE_ZSTD, raw));
    assertEquals("140f02050100000000007f", filtered(Pipeline.DELTA2_SHUFFLE_ZSTD, raw));
  }

  private String filtered(Pipeline pipeline, String rawHex) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment raw = Blocks.of(arena, HexFormat.of().parseHex(rawHex));
      MemorySegment out = arena.allocate(raw.byteSize());
      filter.forward(Codec.of(pipeline, 2), raw, out);
      return HexFormat.of().formatHex(Blocks.bytes(out));
    }
  }

  @Test
  void forward_extremeValues_invertAtEveryWidth() {
    String[] extremes = {"00", "01", "7f", "80", "81", "ff"};
    SplittableRandom random = new SplittableRandom(Blocks.SEED);
    for (int width : Blocks.WIDTHS) {
      StringBuilder hex = new StringBuilder();
      for (int i = 0; i < 4_000; i++) {
        hex.append(
            i % width == width - 1
                ? extremes[random.nextInt(6)]
                : random.nextBoolean() ? "ff" : "00");
      }
      for (Pipeline pipeline : Blocks.COMPRESSED.subList(1, 4)) {
        try (Arena arena = Arena.ofConfined()) {
          byte[] bytes = HexFormat.of().parseHex(hex);
          Codec codec = Codec.of(pipeline, width);
          MemorySegment out = arena.allocate(bytes.length);
          MemorySegment back = arena.allocate(bytes.length);
          filter.forward(codec, Blocks.of(arena, bytes), out);
          assertArrayEquals(reference(codec, bytes), Blocks.bytes(out));
          filter.inverse(codec, out, back);
          assertArrayEquals(bytes, Blocks.bytes(back));
        }
      }
    }
  }
}
