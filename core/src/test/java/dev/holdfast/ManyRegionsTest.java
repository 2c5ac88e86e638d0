// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManyRegionsTest {
  @Test
  void capture_tenThousandSmallRegions_takesLittleMemory() {
    LongCell[] cells = new LongCell[10_000];
    try (ProtectedState state = States.of()) {
      for (int i = 0; i < cells.length; i++) {
        cells[i] = new LongCell(i);
        state.add(Regions.cell("cell/" + i, cells[i]));
      }
      assertEquals(80_000, state.sizeBytes());
      StoredImage version = States.commit(state);
      assertTrue(state.shadowBytes() < 2 << 20, "shadow " + state.shadowBytes());
      cells[77].increment();
      Capture capture = state.capture();
      assertEquals(8, capture.changedBytes());
      assertEquals(10_000, capture.sources().size());
      capture.failed();
      state.restore(version);
      assertEquals(77, cells[77].get());
    }
  }

  @Test
  void capture_hundredThousandTimes_memoryDoesNotGrow() {
    Random random = new Random(11);
    Ref<byte[]> resized = new Ref<>(new byte[100]);
    Ref<String> text = new Ref<>("");
    double[][] rows = new double[40][300];
    try (ProtectedState state =
        States.of(
            States.PLENTY,
            1 << 20,
            States.variable("resized", resized),
            States.variable("text", text),
            Regions.protect("rows", rows))) {
      long bytes = 0;
      int slabs = 0;
      for (int i = 0; i < 100_000; i++) {
        if (i % 3 == 0) {
          resized.set(new byte[random.nextInt(i % 300 == 0 ? 150_000 : 600)]);
        }
        text.set("x".repeat(random.nextInt(100)));
        rows[random.nextInt(40)][random.nextInt(300)]++;
        Capture capture = state.capture();
        if (random.nextInt(4) == 0) {
          capture.failed();
        } else {
          capture.committed();
        }
        if (i == 10_000) {
          bytes = state.shadowBytes();
          slabs = state.slabCount();
        }
      }
      assertEquals(bytes, state.shadowBytes());
      assertEquals(slabs, state.slabCount());
    }
  }

  @Test
  void neverChanged_deadArray_isNamedAfterThreeCapturesInWhichOthersChanged() {
    double[] dead = new double[1000];
    double[] alive = new double[1000];
    double[] late = new double[1000];
    try (ProtectedState state =
        States.of(
            Regions.protect("dead", dead),
            Regions.protect("alive", alive),
            Regions.protect("late", late),
            Regions.protect("small", new double[100]))) {
      for (int i = 0; i < 5; i++) {
        state.capture().committed(); // nothing changes: says nothing
      }
      late[5] = 1;
      for (int i = 0; i < 3; i++) {
        assertEquals(List.of(), state.neverChanged());
        alive[i]++;
        state.capture().committed();
      }
      assertEquals(List.of("dead"), state.neverChanged());
      dead[1] = 1;
      state.capture().committed();
      assertEquals(List.of(), state.neverChanged());
    }
  }
}
