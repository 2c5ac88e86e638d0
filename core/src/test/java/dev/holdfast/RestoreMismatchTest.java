// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class RestoreMismatchTest {
  record Params(int n, double dt) {}

  private static RestoreMismatchException mismatch(StoredImage version, Region... regions) {
    try (ProtectedState state = States.of(regions)) {
      return assertThrows(RestoreMismatchException.class, () -> state.restore(version));
    }
  }

  @Test
  void restore_manyDifferences_listsAllAndTouchesNothing() {
    StoredImage version =
        States.image(
            Regions.protect("same", new int[] {1, 2}),
            Regions.protect("shape", new double[3][4]),
            Regions.protect("type", new float[5]),
            Regions.protect("extra", new double[2]),
            Regions.protect("rng", new Random(1)),
            States.variable("params", new Ref<>(new Params(1, 2))),
            Regions.cell("cell", new LongCell(1)));
    int[] same = {8, 9};
    RestoreMismatchException e =
        mismatch(
            version,
            Regions.protect("same", same),
            Regions.protect("shape", new double[3][5]),
            Regions.protect("type", new double[5]),
            Regions.protect("missing", new double[2]),
            Regions.protect("rng", RandomSource.SPLIT_MIX_64.create(1L)),
            States.variable("params", new Ref<>("text")),
            Regions.cell("cell", new DoubleCell(1)));
    for (String line :
        List.of(
            "shape: declared as double[3][5], in the version double[3][4]",
            "type: declared as double[5], in the version float[5]",
            "missing: declared as double[2], not in the version",
            "extra: in the version as double[2], not declared",
            "in the version generator java.util.Random",
            "in the version object Params(int n, double dt)",
            "cell: declared as cell double, in the version cell long",
            "HOLDFAST_FRESH=1")) {
      assertTrue(States.message(e).contains(line), States.message(e));
    }
    assertTrue(!States.message(e).contains("same"), States.message(e));
    assertArrayEquals(new int[] {8, 9}, same);
  }

  @Test
  void restore_jaggedAgainstOtherRows_isRefusedUntouched() {
    int[][] array = {{1}, {2, 3}};
    StoredImage version = States.image(Regions.protect("a", array));
    int[][] sameCount = {{8, 8}, {8}};
    assertTrue(
        States.message(mismatch(version, Regions.protect("a", sameCount)))
            .contains("other lengths"));
    assertArrayEquals(new int[] {8, 8}, sameCount[0]);
    mismatch(version, Regions.protect("a", new int[3][1]));
    mismatch(version, Regions.protect("a", new int[3]));
    mismatch(States.image(Regions.protect("a", new int[2][3])), Regions.protect("a", array));
  }

  @Test
  void restore_renamedComponent_isRefused() {
    record Other(int n, double timeStep) {}
    StoredImage version = States.image(States.variable("p", new Ref<>(new Params(1, 2))));
    String message =
        States.message(mismatch(version, States.variable("p", new Ref<>(new Other(1, 2)))));
    assertTrue(message.contains("Other(int n, double timeStep)"), message);
    assertTrue(message.contains("Params(int n, double dt)"), message);
  }

  @Test
  void restore_contradictoryShapes_areRefused() {
    Ref<double[][]> ref = new Ref<>(new double[][] {{1, 2}, {3}});
    StoredImage version = States.image(States.variable("a", ref));
    RegionSchema s = version.schema("a");
    for (List<Long> shape :
        List.of(List.of(4L), List.of(1L, 1L), List.of(1L << 40, 1L << 40), List.of(0L, 3L))) {
      StoredImage bad =
          version.describedAs(
              new RegionSchema(
                  "a",
                  s.kind(),
                  s.elementType(),
                  s.typeName(),
                  shape,
                  s.sizeBytes(),
                  s.blockLog2(),
                  false));
      String message = States.message(mismatch(bad, States.variable("a", ref)));
      assertTrue(message.contains("contradicts"), message);
    }
  }

  @Test
  void restore_damagedHalfWay_mayBeFollowedByAnOlderVersion() {
    double[] array = new Random(1).doubles(30_000).toArray();
    Ref<String> text = new Ref<>("old");
    Region[] regions = {Regions.protect("a", array), States.variable("text", text)};
    StoredImage older = States.image(regions);
    try (ProtectedState state = States.of(regions)) {
      state.capture().committed();
      array[0] = 5;
      text.set("new");
      StoredImage newer = States.commit(state);
      text.set("now");
      BlockReader damaged =
          new SequentialReader() {
            @Override
            public List<RegionSchema> regions() {
              return newer.regions();
            }

            @Override
            public void readBlock(int region, int block, MemorySegment dst) {
              if (region == 0 && block == 2) {
                throw new DamagedException("file", 7, "a test");
              }
              newer.readBlock(region, block, dst);
            }
          };
      assertThrows(DamagedException.class, () -> state.restore(damaged));
      assertEquals("now", text.get());
      Capture capture = state.capture();
      assertEquals(capture.stateBytes(), capture.changedBytes(), "nothing is known any more");
      capture.failed();
      state.restore(older);
      assertEquals("old", text.get());
      assertArrayEquals(new Random(1).doubles(30_000).toArray(), array);
      Capture settled = state.capture();
      assertEquals(0, settled.changedBytes());
      settled.committed();
    }
  }
}
