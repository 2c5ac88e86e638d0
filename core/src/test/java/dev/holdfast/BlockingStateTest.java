// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
  void capture_blocking_readsTheProgramsMemoryWholeEveryTime() {
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
      assertEquals(capture.stateBytes(), capture.changedBytes());
      assertNull(capture.sources().getFirst().committed(0));
      StoredImage second = StoredImage.full(capture);
      capture.failed();
      array[20_000] = 2;
      state.restore(second);
      assertEquals(1, array[20_000]);
      States.commit(state).assertSameAs(second);
      state.restore(first);
      assertArrayEquals(new Random(1).doubles(30_000).toArray(), array);
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
