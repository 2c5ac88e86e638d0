// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions of the same step are the same to the bit, or the place that is not is named. */
final class VersionDifferenceTest {
  @TempDir private Path temp;
  private int jobs;

  /** State of several kinds. */
  private static final class State {
    double[][] field = new double[30][1_000];
    int[][] jagged = {{1}, {2, 3}, {}};
    float[] flat = new float[5];
    long count;
    boolean more;
    int steps = 2;
  }

  private StoredVersion finished(Consumer<State> change) throws Exception {
    State state = new State();
    change.accept(state);
    Path store = temp.resolve("job" + jobs++);
    Holdfast.job("job")
        .store(store)
        .run(hf -> {
          hf.protect("field", state.field);
          hf.protect("jagged", state.jagged);
          hf.protect("flat", state.flat);
          hf.cell("count", state.count);
          if (state.more) {
            hf.cell("more", 1);
          }
          for (long step : hf.steps(state.steps)) {
            state.field[0][0] = step;
          }
        });
    return Store.open(store, Disk.local()).newest().orElseThrow();
  }

  private List<String> differences(Consumer<State> change) throws Exception {
    try (StoredVersion expected = finished(state -> {});
        StoredVersion actual = finished(change)) {
      return VersionDifference.between(expected, actual).stream()
          .map(VersionDifference::toString)
          .toList();
    }
  }

  @Test
  void between_sameBits_isEmpty() throws Exception {
    assertEquals(List.of(), differences(state -> {}));
  }

  @Test
  void between_oneElementOfManyBlocks_namesIndicesAndValues() throws Exception {
    assertEquals(
        List.of("field[17][999]: expected 0.0, found -0.0"),
        differences(state -> state.field[17][999] = -0.0));
  }

  @Test
  void between_severalRegions_namesTheFirstPlaceOfEach() throws Exception {
    assertEquals(
        List.of(
            "jagged element 2: expected 3, found 7",
            "flat[4]: expected 0.0, found 2.5",
            "count: expected 0, found 9"),
        differences(state -> {
          state.jagged[1][1] = 7;
          state.flat[4] = 2.5f;
          state.count = 9;
        }));
  }

  @Test
  void between_notANumberOfOtherBits_isTold() throws Exception {
    List<String> found =
        differences(state -> state.field[1][2] = Double.longBitsToDouble(0x7ff8000000000001L));
    assertEquals(List.of("field[1][2]: expected 0.0, found NaN"), found);
  }

  @Test
  void between_otherShape_namesBoth() throws Exception {
    assertEquals(
        List.of("flat: expected float[5], found float[6]"),
        differences(state -> state.flat = new float[6]));
  }

  @Test
  void between_regionOfOneOnly_isTold() throws Exception {
    assertEquals(
        List.of("more: expected missing, found there"), differences(state -> state.more = true));
  }

  @Test
  void between_otherStep_isTold() throws Exception {
    List<String> found = differences(state -> state.steps = 3);
    assertEquals(2, found.size());
    assertEquals("field[0][0]: expected 1.0, found 2.0", found.getLast());
  }
}
