// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.RegionSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several threads capture what one would. */
class CaptureTeamTest {
  private static final int LARGE = 3 << 20; // doubles: 24 MiB, which is shared
  private static final int ROUNDS = 12;

  @Test
  void capture_largeRegion_isThatOfOneThread() {
    long seed = Long.getLong("holdfast.team.seed", System.nanoTime() & 0xffff_ffffL);
    System.out.println(
        "team: ./mvnw test -pl core -am -Dtest=CaptureTeamTest -Dholdfast.team.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    double[] u = new double[LARGE + random.nextInt(9_000)];
    long pool = 8L << 20; // spare slots run out when much changes
    try (ProtectedState many = new ProtectedState(States.PLENTY, pool, true, 4);
        ProtectedState one = new ProtectedState(States.PLENTY, pool, true, 1)) {
      many.add(Regions.protect("u", u));
      one.add(Regions.protect("u", u));
      for (int round = 0; round < ROUNDS; round++) {
        change(u, random);
        Capture ofMany = many.capture();
        Capture ofOne = one.capture();
        assertSame(ofOne, ofMany);
        boolean committed = random.nextInt(4) > 0;
        if (random.nextInt(3) == 0) {
          change(u, random);
          Capture earlierOfMany = ofMany;
          Capture earlierOfOne = ofOne;
          try (LateEnd _ = new LateEnd(() -> end(earlierOfMany, committed));
              LateEnd _ = new LateEnd(() -> end(earlierOfOne, committed))) {
            ofMany = many.capture();
            ofOne = one.capture();
          }
          assertSame(ofOne, ofMany);
        }
        end(ofMany, committed);
        end(ofOne, committed);
      }
    }
  }

  private static void assertSame(Capture expected, Capture actual) {
    StoredImage.full(actual).assertSameAs(StoredImage.full(expected));
    RegionSource of = expected.sources().getFirst();
    for (int b = 0; b < of.schema().blockCount(); b++) {
      assertEquals(of.changed(b), actual.sources().getFirst().changed(b), "block " + b);
    }
  }

  private static void change(double[] u, SplittableRandom random) {
    for (int writes = random.nextInt(60); writes > 0; writes--) {
      u[random.nextInt(u.length)] = random.nextDouble();
    }
    if (random.nextInt(4) == 0) {
      int from = random.nextInt(u.length);
      Arrays.fill(u, from, u.length, random.nextDouble());
    }
  }

  private static void end(Capture capture, boolean committed) {
    if (committed) {
      capture.committed();
    } else {
      capture.failed();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50, 64, 1_000})
  void look_takesEveryBlockOnce(int blocks) {
    AtomicIntegerArray seen = new AtomicIntegerArray(blocks);
    boolean changed =
        new CaptureTeam(4)
            .look(
                blocks,
                3,
                (from, to) -> {
                  for (int b = from; b < to; b++) {
                    seen.incrementAndGet(b);
                  }
                  return to == blocks;
                });
    assertTrue(changed);
    int[] once = new int[blocks];
    Arrays.fill(once, 1);
    int[] times = new int[blocks];
    Arrays.setAll(times, seen::get);
    assertArrayEquals(once, times);
    assertFalse(new CaptureTeam(4).look(blocks, 3, (from, to) -> false));
  }

  @Test
  void look_failureOfAnyThread_isThrownWhenAllHaveEnded() {
    AtomicIntegerArray ended = new AtomicIntegerArray(1);
    CaptureTeam.Look look =
        (from, to) -> {
          ended.incrementAndGet(0);
          if (from == 30) {
            throw new IllegalStateException("block 30");
          }
          return false;
        };
    var thrown =
        assertThrows(IllegalStateException.class, () -> new CaptureTeam(3).look(100, 10, look));
    assertEquals("block 30", thrown.getMessage());
    assertEquals(10, ended.get(0));
  }

  /** The program's thread may be interrupted at any time; that is nothing to Holdfast. */
  @Test
  void look_interrupted_isFinishedAndStaysInterrupted() {
    AtomicIntegerArray seen = new AtomicIntegerArray(1);
    Thread.currentThread().interrupt();
    new CaptureTeam(4)
        .look(
            500,
            1,
            (from, to) -> {
              seen.incrementAndGet(0);
              return false;
            });
    assertTrue(Thread.interrupted());
    assertEquals(500, seen.get(0));
  }
}
