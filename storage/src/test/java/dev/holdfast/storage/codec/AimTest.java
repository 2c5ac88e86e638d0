// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is chosen follows from what the disk and the processors do. */
class AimTest {
  private static final int BLOCK_BYTES = 1 << 16;

  private final Arena arena = Arena.ofShared();
  private final BlockEncoder choosing = new BlockEncoder();
  private final CodecChooser chooser = new CodecChooser(choosing);
  private final List<MemorySegment> smooth =
      Blocks.cut(Blocks.of(arena, Blocks.heatField(1024, 20)), BLOCK_BYTES);

  @AfterEach
  void close() {
    choosing.close();
    arena.close();
  }

  private CodecChoice choose(Aim aim) {
    return chooser.choose(8, true, smooth, aim).choice();
  }

  @Test
  void cost_isThatOfTheSlowerStageAndAQuarterOfTheOther() {
    Aim aim = new Aim.Time(1e9, 2); // 1 ns for each byte
    assertEquals(1000 + 0.25 * 400, aim.cost(1000, 800));
    assertEquals(2000 + 0.25 * 1000, aim.cost(1000, 4000));
    assertEquals(4000, aim.costOfRaw(4000));
  }

  @Test
  void choose_diskThatNoCodecKeepsUpWith_isRaw() {
    assertFalse(choose(new Aim.Time(1e15, 1)).compresses());
  }

  @Test
  void choose_diskThatCrawls_isNoLargerThanAtTheFirstLevel() {
    CodecChoice crawling = choose(new Aim.Time(1e3, 64));
    assertTrue(crawling.compresses());
    CodecChoice quick = choose(new Aim.Bytes(List.of(1)));
    assertTrue(storedBytes(crawling) <= storedBytes(quick), crawling + ", " + quick);
  }

  @Test
  void choose_leastBytes_takesAHigherLevelOnlyWhereItPays() {
    CodecChoice small = choose(new Aim.Bytes(List.of(1, 6, 12)));
    CodecChoice quick = choose(new Aim.Bytes(List.of(1)));
    assertTrue(storedBytes(small) <= storedBytes(quick), small + ", " + quick);
    boolean higher = small.zstdLevel() > 1;
    assertTrue(!higher || storedBytes(small) < 0.98 * storedBytes(quick), small + ", " + quick);
  }

  private long storedBytes(CodecChoice choice) {
    try (BlockEncoder encoder = new BlockEncoder()) {
      return smooth.stream().mapToLong(b -> encoder.encode(b, choice).storedBytes()).sum();
    }
  }
}
