// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockingStateTest {
  @Test
  void prepare_shadowBeyondTheBudget_blocksAndTakesNoMemory() {
    try (ProtectedState state = States.of(99_999, 0, Regions.protect("a", new byte[100_000]))) {
      assertFalse(state.blocking());
      state.prepare();
      assertTrue(state.blocking());
      assertEquals(0, state.shadowBytes());
    }
    try (ProtectedState state = States.of(131_072, 0, Regions.protect("a", new byte[100_000]))) {
      state.prepare();
      assertFalse(state.blocking());
      assertTrue(state.shadowBytes() <= 131_072);
    }
  }

  @Test
  void capture_blocking_readsWhatHasChangedFromTheProgramsMemory() {
    double[] array = new Random(1).doubles(30_000).toArray();
    Ref<String> one = new Ref<>("one");
    Ref<String> two = new Ref<>("the second");
    try (ProtectedState state =
        States.of(
            1000,
            0,
            Regions.protect("a", array),
            States.variable("one", one),
            States.variable("two", two))) {
      StoredImage first = States.commit(state);
      array[20_000] = 1;
      Capture capture = state.capture();
      assertTrue(state.blocking());
      assertEquals(1 << 16, capture.changedBytes(), "one block");
      assertNull(capture.sources().getFirst().committed(0));
      StoredImage second = StoredImage.full(capture);
      capture.failed();
      array[20_000] = 2;
      Capture again = state.capture();
      assertEquals(1 << 16, again.changedBytes(), "it is still owed");
      again.failed();
      state.restore(second);
      assertEquals(1, array[20_000]);
      Capture nothing = state.capture();
      assertEquals(0, nothing.changedBytes(), "the version restored holds all of it");
      StoredImage.delta(nothing, second).assertSameAs(second);
      nothing.committed();
      States.commit(state).assertSameAs(second);
      state.restore(first);
      assertArrayEquals(new Random(1).doubles(30_000).toArray(), array);
    }
  }

  @Test
  void capture_blockingUnderRandomWrites_findsWhatComparingFinds() {
    long seed = Long.getLong("holdfast.blocking.seed", System.nanoTime() & 0xffff_ffffL);
    System.out.println(
        "blocking: ./mvnw test -pl core -am -Dtest=BlockingStateTest -Dholdfast.blocking.seed="
            + seed);
    Random random = new Random(seed);
    Ref<double[]> array = new Ref<>(new double[50_000]);
    int[][] nested = new int[40][1_000];
    try (ProtectedState blocking =
            States.of(1000, 0, States.variable("a", array), Regions.protect("n", nested));
        ProtectedState compared =
            States.of(States.variable("a", array), Regions.protect("n", nested))) {
      StoredImage stored = States.commit(blocking);
      States.commit(compared).assertSameAs(stored);
      for (int round = 0; round < 100; round++) {
        if (random.nextInt(10) == 0) {
          array.set(Arrays.copyOf(array.get(), random.nextInt(100_000)));
        }
        for (int i = random.nextInt(5); i > 0 && array.get().length > 0; i--) {
          array.get()[random.nextInt(array.get().length)] = random.nextInt(3);
          nested[random.nextInt(40)][random.nextInt(1_000)]++;
        }
        Capture capture = blocking.capture();
        Capture other = compared.capture();
        assertEquals(other.changedBytes(), capture.changedBytes(), "round " + round);
        StoredImage image = StoredImage.delta(capture, stored);
        image.assertSameAs(StoredImage.delta(other, stored));
        if (random.nextBoolean()) {
          capture.committed();
          other.committed();
          stored = image;
        } else {
          capture.failed();
          other.failed();
        }
      }
    }
  }

  @Test
  void capture_regionOutgrowsTheBudget_becomesBlockingForGood() {
    Ref<byte[]> ref = new Ref<>(new byte[100_000]);
    try (ProtectedState state = States.of(300_000, 100_000, States.variable("a", ref))) {
      state.capture().committed();
      assertFalse(state.blocking());
      ref.set(new byte[300_001]);
      ref.get()[300_000] = 9;
      Capture blocking = state.capture();
      assertTrue(state.blocking());
      assertEquals(0, state.shadowBytes());
      assertEquals(9, StoredImage.full(blocking).region("a")[300_000]);
      blocking.committed();
      ref.set(new byte[10]);
      state.capture().committed();
      assertTrue(state.blocking());
    }
  }

  @Test
  void capture_slotsOfOtherSizesAreInTheWay_cutsThemAnew() {
    List<Ref<byte[]>> refs = new ArrayList<>();
    try (ProtectedState state = States.of(400_000, 100_000)) {
      for (int i = 0; i < 10; i++) {
        Ref<byte[]> ref = new Ref<>(new byte[20_000]);
        refs.add(ref);
        state.add(States.variable("r" + i, ref));
      }
      state.capture().committed();
      refs.forEach(ref -> ref.set(new byte[10]));
      refs.getFirst().set(new byte[300_000]);
      Capture capture = state.capture();
      assertFalse(state.blocking());
      assertEquals(300_090, capture.changedBytes());
      assertTrue(state.shadowBytes() <= 400_000);
      capture.committed();
      Capture next = state.capture();
      assertEquals(0, next.changedBytes());
      next.committed();
    }
  }

  @Test
  void restore_versionBeyondTheBudget_becomesBlocking() {
    Ref<byte[]> ref = new Ref<>(new byte[200_000]);
    StoredImage version = States.image(States.variable("a", ref));
    Ref<byte[]> small = new Ref<>(new byte[1]);
    try (ProtectedState state = States.of(100_000, 0, States.variable("a", small))) {
      state.restore(version);
      assertTrue(state.blocking());
      assertEquals(200_000, small.get().length);
    }
  }
}
