// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.process.PrivatePages;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShadowMemoryTest {
  /** Enough for huge pages. */
  private static final long LARGE = 64L << 20;

  private record Taken(long slot, int length) {}

  @Test
  void take_anyLengths_slotsNeverOverlapAndStayWithinTheLimit() {
    ShadowMemory.Use[] uses = ShadowMemory.Use.values();
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      long limit = random.nextInt(4 << 20);
      try (ShadowMemory memory = new ShadowMemory(limit)) {
        memory.reserve(random.nextInt(2) * limit / 2, uses[random.nextInt(uses.length)]);
        List<Taken> taken = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
          if (random.nextInt(3) > 0) {
            int length = 1 + random.nextInt(1 << random.nextInt(18));
            long slot = memory.take(length);
            if (slot != ShadowMemory.NONE) {
              taken.add(new Taken(slot, length));
            }
          } else if (!taken.isEmpty()) {
            Taken back = taken.remove(random.nextInt(taken.size()));
            memory.putBack(back.slot, back.length);
          }
        }
        assertTrue(memory.sizeBytes() <= limit, "seed " + seed);
        fillAndCheck(memory, taken, "seed " + seed);
      }
    }
  }

  private static void fillAndCheck(ShadowMemory memory, List<Taken> taken, String seed) {
    for (int i = 0; i < taken.size(); i++) {
      memory.view(taken.get(i).slot, taken.get(i).length).fill((byte) i);
    }
    for (int i = 0; i < taken.size(); i++) {
      MemorySegment view = memory.view(taken.get(i).slot, taken.get(i).length);
      for (long at = 0; at < view.byteSize(); at++) {
        assertEquals((byte) i, view.get(ValueLayout.JAVA_BYTE, at), seed);
      }
    }
  }

  @Test
  void reserve_exactNeed_isEnough() {
    try (ShadowMemory memory = new ShadowMemory(1 << 20)) {
      memory.reserve(1 << 20, ShadowMemory.Use.TOUCHED);
      for (int i = 0; i < 16; i++) {
        assertNotEquals(ShadowMemory.NONE, memory.take(65_536));
      }
      assertEquals(ShadowMemory.NONE, memory.take(1));
    }
  }

  @Test
  void reserve_touched_hasItsHugePagesBeforeAnyCapture() throws IOException {
    assumeTrue(PrivatePages.hugePageRefusal().isEmpty(), "skipped: no huge pages here");
    try (ShadowMemory memory = new ShadowMemory(LARGE)) {
      memory.reserve(LARGE, ShadowMemory.Use.TOUCHED);
      assertTrue(HugePages.bytesIn(firstSlot(memory)) > 0);
      assertTrue(HugePages.touchedIn(firstSlot(memory)) >= LARGE);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ShadowMemory.Use.class,
      names = {"FILLED", "SPARSE"})
  void reserve_forARestore_touchesNothing(ShadowMemory.Use use) throws IOException {
    assumeTrue(PrivatePages.refusal().isEmpty(), "skipped: no memory but the JVM's here");
    try (ShadowMemory memory = new ShadowMemory(LARGE)) {
      memory.reserve(LARGE, use);
      assertTrue(HugePages.touchedIn(firstSlot(memory)) < LARGE / 2);
    }
  }

  private static MemorySegment firstSlot(ShadowMemory memory) {
    return memory.view(memory.take(1 << 20), 1 << 20);
  }

  @Test
  void take_fromHugePages_slotsNeverOverlap() {
    try (ShadowMemory memory = new ShadowMemory(LARGE)) {
      memory.reserve(LARGE, ShadowMemory.Use.FILLED);
      List<Taken> taken = new ArrayList<>();
      for (int i = 0; i < LARGE >> 20; i++) {
        taken.add(new Taken(memory.take(1 << 20), 1 << 20));
      }
      assertEquals(ShadowMemory.NONE, memory.take(1));
      fillAndCheck(memory, taken, "no seed");
    }
  }

  /** Every loop of {@link Pieces}, at odd places, with a difference anywhere or nowhere. */
  @Test
  void pieces_everyKindOfSegment_agreeWithMismatch() {
    Random random = new Random(2);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment kept = arena.allocate(3 * 4096);
      List<MemorySegment> lives = new ArrayList<>();
      for (Primitive primitive : Primitive.values()) {
        if (primitive != Primitive.BOOLEAN) {
          int length = 3 * 4096 / primitive.widthBytes();
          lives.add(primitive.segment(primitive.newArray(length)));
        }
      }
      Collections.addAll(lives, arena.allocate(3 * 4096), arena.allocate(4 * 4096).asSlice(3));
      for (MemorySegment live : lives) {
        for (int round = 0; round < 3_000; round++) {
          long at = random.nextInt(4096);
          long keptAt = random.nextInt(4096);
          int bytes = random.nextInt(8) == 0 ? random.nextInt(4096) : 4096;
          assertFalse(Pieces.differ(live, at, kept, keptAt, bytes));
          long flipped = random.nextInt(3 * 4096);
          live.set(ValueLayout.JAVA_BYTE, flipped, (byte) (1 << random.nextInt(8)));
          boolean within = flipped >= at && flipped < at + bytes;
          assertEquals(within, Pieces.differ(live, at, kept, keptAt, bytes));
          live.set(ValueLayout.JAVA_BYTE, flipped, (byte) 0);
        }
      }
    }
  }
}
