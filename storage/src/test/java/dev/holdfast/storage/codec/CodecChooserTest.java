// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CodecChooserTest {
  private static final int BLOCK_BYTES = 1 << 16;

  private final Arena arena = Arena.ofShared();
  private final BlockEncoder choosing = new BlockEncoder();
  private final CodecChooser chooser = new CodecChooser(choosing);
  private final SplittableRandom random = new SplittableRandom(Blocks.SEED);

  @AfterEach
  void close() {
    choosing.close();
    arena.close();
  }

  @Test
  void choose_smoothDoubleField_isAQuarterSmallerThanPlainZstdAtTheSameLevel() {
    MemorySegment field = Blocks.of(arena, Blocks.heatField(1024, 20));
    List<MemorySegment> blocks = Blocks.cut(field, BLOCK_BYTES);
    for (int level : List.of(1, 3)) {
      CodecChoice choice = chooser.choose(8, true, blocks, new Aim.Bytes(List.of(level))).choice();
      long filtered = 0;
      long plainBlocks = 0;
      try (BlockEncoder encoder = new BlockEncoder()) {
        for (MemorySegment block : blocks) {
          filtered += encoder.encode(block, choice).storedBytes();
          plainBlocks += Zstd.compress(Blocks.bytes(block), level).length;
        }
      }
      long plain = Math.min(plainBlocks, Zstd.compress(Blocks.bytes(field), level).length);
      double gain = (double) plain / filtered;
      String label =
          String.format(
              Locale.ROOT,
              "%s: raw %d, plain zstd %d, filtered %d: %.2f times smaller than plain",
              choice,
              field.byteSize(),
              plain,
              filtered,
              gain);
      assertTrue(gain >= 1.25, label);
    }
  }

  @Test
  void chooseXor_fivePercentOfCellsChangedInLowBits_isTenTimesSmallerThanRaw() {
    double[] before = Blocks.heatField(1024, 20);
    double[] after = before.clone();
    for (int i = 0; i < after.length; i++) {
      if (random.nextInt(20) == 0) {
        after[i] *= 1 + 1e-9 * random.nextDouble(-1, 1);
      }
    }
    List<MemorySegment> previous = Blocks.cut(Blocks.of(arena, before), BLOCK_BYTES);
    List<MemorySegment> blocks = Blocks.cut(Blocks.of(arena, after), BLOCK_BYTES);
    CodecChoice choice = chooser.chooseXor(8, blocks, previous, new Aim.Bytes(List.of(1))).choice();
    long stored = 0;
    try (BlockEncoder encoder = new BlockEncoder()) {
      for (int i = 0; i < blocks.size(); i++) {
        Encoded encoded = encoder.encodeXor(blocks.get(i), previous.get(i), choice);
        assertTrue(encoded.pays());
        stored += encoded.storedBytes();
      }
    }
    double gain = 8.0 * after.length / stored;
    String label =
        String.format(
            Locale.ROOT,
            "%s: %d stored, %.1f times smaller, seed %d",
            choice,
            stored,
            gain,
            Blocks.SEED);
    assertTrue(gain >= 10, label);
  }

  @Test
  void choose_randomBytes_isRaw() {
    List<MemorySegment> blocks = List.of(Blocks.random(arena, BLOCK_BYTES, random));
    for (int width : Blocks.WIDTHS) {
      CodecChoice choice = chooser.choose(width, true, blocks, new Aim.Bytes(List.of(1))).choice();
      assertEquals(CodecChoice.of(Pipeline.RAW, width, 1), choice);
    }
  }

  @Test
  void choose_repeatedText_isPlainZstdBecauseFiltersBringNothing() {
    byte[] text =
        "the quick brown fox jumps over the lazy dog; "
            .repeat(1000)
            .getBytes(StandardCharsets.US_ASCII);
    CodecChoice choice =
        chooser
            .choose(1, false, List.of(Blocks.of(arena, text)), new Aim.Bytes(List.of(1)))
            .choice();
    assertEquals(Pipeline.ZSTD, choice.codec().pipeline());
  }

  @Test
  void choose_straightLineOfLongs_isLinearPrediction() {
    MemorySegment raw = arena.allocate(BLOCK_BYTES);
    long value = 0;
    for (int i = 0; i < BLOCK_BYTES / 8; i++) {
      value += 1_000_003L * i;
      raw.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, value);
    }
    CodecChoice choice = chooser.choose(8, true, List.of(raw), new Aim.Bytes(List.of(1))).choice();
    assertEquals(Pipeline.DELTA2_SHUFFLE_ZSTD, choice.codec().pipeline());
  }

  @Test
  void choose_zerosAndNothing_guessByType() {
    List<MemorySegment> zeros = List.of(arena.allocate(BLOCK_BYTES), arena.allocate(5));
    for (List<MemorySegment> sample : List.of(zeros, List.<MemorySegment>of())) {
      assertEquals(
          Pipeline.SHUFFLE_ZSTD,
          chooser.choose(8, true, sample, new Aim.Bytes(List.of(1))).choice().codec().pipeline());
      assertEquals(
          Pipeline.ZSTD,
          chooser.choose(1, false, sample, new Aim.Bytes(List.of(1))).choice().codec().pipeline());
    }
    assertEquals(
        Pipeline.SHUFFLE_ZSTD,
        chooser.chooseXor(8, zeros, zeros, new Aim.Bytes(List.of(1))).choice().codec().pipeline());
  }

  @Test
  void choose_zeroBlocksAmongOthers_doNotSwayTheChoice() {
    MemorySegment noise = Blocks.random(arena, BLOCK_BYTES, random);
    MemorySegment zeros = arena.allocate(BLOCK_BYTES);
    CodecChoice choice =
        chooser
            .choose(8, true, List.of(zeros, noise, zeros, zeros), new Aim.Bytes(List.of(1)))
            .choice();
    assertEquals(Pipeline.RAW, choice.codec().pipeline());
  }

  @Test
  void chooseXor_listsOfDifferentLength_areRefused() {
    List<MemorySegment> one = List.of(arena.allocate(8));
    assertThrows(
        IllegalArgumentException.class,
        () -> chooser.chooseXor(8, one, List.of(), new Aim.Bytes(List.of(1))).choice());
  }
}
