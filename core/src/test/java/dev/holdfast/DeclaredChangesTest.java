// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that says what it changes gets the versions that comparing all would give. */
final class DeclaredChangesTest {
  private static final int ROUNDS = 60;

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 512, 513, 8_192, 100_003, 1_000_000})
  void touchedRanges_areCapturedAsByComparing(int elements) {
    long seed = Long.getLong("holdfast.touched.seed", System.nanoTime() & 0xffff_ffffL);
    System.out.println(
        "touched: ./mvnw test -pl core -am -Dtest=DeclaredChangesTest -Dholdfast.touched.seed="
            + seed);
    SplittableRandom random = new SplittableRandom(seed);
    double[] u = new double[elements];
    DeclaredChanges changes = new DeclaredChanges();
    try (ProtectedState told = new ProtectedState(States.PLENTY, 2L << 20, true, 2);
        ProtectedState compared = States.of(Regions.protect("u", u))) {
      told.add(Regions.protect("u", u, changes));
      for (int round = 0; round < ROUNDS; round++) {
        for (int writes = random.nextInt(6); writes > 0; writes--) {
          int from = random.nextInt(elements + 1);
          int most = random.nextBoolean() ? 10 : elements;
          int to = Math.min(elements, from + random.nextInt(most + 1));
          for (int i = from; i < to; i++) {
            u[i] = random.nextInt(3); // some stay as they were
          }
          changes.touched(from, to);
        }
        States.commit(told).assertSameAs(States.commit(compared));
      }
    }
  }

  @Test
  void touched_byManyThreadsAtOnce_losesNothing() throws Exception {
    int parts = 64;
    int each = 1_000;
    double[] u = new double[parts * each];
    DeclaredChanges changes = new DeclaredChanges();
    try (ProtectedState told = new ProtectedState(States.PLENTY, 2L << 20, true, 2);
        ProtectedState compared = States.of(Regions.protect("u", u))) {
      told.add(Regions.protect("u", u, changes));
      States.commit(told);
      States.commit(compared);
      for (int round = 1; round <= ROUNDS; round++) {
        double value = round;
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
          int first = t;
          threads[t] =
              Thread.ofPlatform()
                  .start(() -> {
                    for (int part = first; part < parts; part += threads.length) {
                      int element = part * each;
                      u[element] = value;
                      changes.touched(element, element + 1);
                    }
                  });
        }
        for (Thread thread : threads) {
          thread.join();
        }
        States.commit(told).assertSameAs(States.commit(compared));
      }
    }
  }

  /** All blocks are compared here, as when assertions are on. */
  @Test
  void change_thatWasNotTouched_isAnErrorThatNamesTheBlockAndIsMadeGoodByTheNextCapture() {
    double[] u = new double[100_000];
    DeclaredChanges changes = new DeclaredChanges();
    try (ProtectedState told = new ProtectedState(States.PLENTY, 2L << 20, true, 2);
        ProtectedState compared = States.of(Regions.protect("u", u))) {
      told.add(Regions.protect("u", u, changes));
      States.commit(told);
      u[10] = 1;
      changes.touched(10, 11);
      u[50_000] = 2;
      var wrong = assertThrows(UndeclaredChangeException.class, told::capture);
      long block = (50_000L * 8) >>> RegionSchema.blockLog2For(800_000);
      assertTrue(
          States.message(wrong).contains("region u changed at element 50,000, in block " + block),
          wrong::toString);
      States.commit(told).assertSameAs(States.commit(compared));
    }
  }

  @Test
  void touched_outsideOfTheRegion_isRefusedWithItsBounds() {
    DeclaredChanges changes = new DeclaredChanges();
    assertThrows(IllegalStateException.class, () -> changes.touched(0, 1));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment bytes = arena.allocate(10_000);
      Regions.protect("bytes", bytes, changes);
      changes.touched(0, 10_000);
      changes.touched(10_000, 10_000);
      changes.touchedAll();
      bytes.set(ValueLayout.JAVA_BYTE, 9_999, (byte) 1);
      for (long[] wrong : new long[][] {{-1, 1}, {2, 1}, {0, 10_001}, {Long.MAX_VALUE, -1}}) {
        var refused =
            assertThrows(
                IndexOutOfBoundsException.class, () -> changes.touched(wrong[0], wrong[1]));
        assertTrue(States.message(refused).contains("0 to 9999"), refused::toString);
      }
    }
  }

  @Test
  void protect_whatHasNoPlainElements_isRefusedNamingWhatCan() {
    Object[] values = {new double[2][2], new boolean[3], new Object()};
    for (Object value : values) {
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> Regions.protect("u", value, new DeclaredChanges()));
      assertTrue(States.message(refused).contains("MemorySegment"), refused::toString);
    }
    DeclaredChanges changes = new DeclaredChanges();
    Regions.protect("u", new int[5], changes);
    var taken =
        assertThrows(
            IllegalArgumentException.class, () -> Regions.protect("v", new int[5], changes));
    assertEquals(
        "region v: its DeclaredChanges are those of region u already; make one for each region",
        taken.getMessage());
  }
}
