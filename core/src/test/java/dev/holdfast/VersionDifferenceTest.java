// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
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
    Random random = new Random(1);
    int whole = 7;
    double real = 0.5;
    char letter = 'a';
    String word = "one";
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
          hf.protect("random", state.random);
          hf.bind("whole", () -> state.whole, value -> state.whole = value);
          hf.bind("real", () -> state.real, value -> state.real = value);
          hf.bind("letter", () -> state.letter, value -> state.letter = value);
          hf.bind("word", () -> state.word, value -> state.word = value);
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
            "jagged element 2 of all rows: expected 3, found 7",
            "flat[4]: expected 0.0, found 2.5",
            "count: expected 0, found 9"),
        differences(state -> {
          state.jagged[1][1] = 7;
          state.flat[4] = 2.5f;
          state.count = 9;
        }));
  }

  @Test
  void between_notANumberOfOtherBits_namesTheBits() throws Exception {
    String place = "field[1][2]: expected NaN with bits 7ff8000000000001, found NaN with bits ";
    try (StoredVersion one = finished(state -> state.field[1][2] = nan(1));
        StoredVersion two = finished(state -> state.field[1][2] = nan(2))) {
      assertEquals(
          place + "7ff8000000000002", VersionDifference.between(one, two).getFirst().toString());
    }
  }

  private static double nan(int payload) {
    return Double.longBitsToDouble(0x7ff8_0000_0000_0000L + payload);
  }

  @Test
  void between_scalarsBehindBind_namesTheirValues() throws Exception {
    assertEquals(
        List.of(
            "whole: expected 7, found -8",
            "real: expected 0.5, found NaN",
            "letter: expected char 97, found char 98",
            "word: expected \"one\", found \"two\""),
        differences(state -> {
          state.whole = -8;
          state.real = Double.NaN;
          state.letter = 'b';
          state.word = "two";
        }));
  }

  @Test
  void between_scalarsBehindBindThatReadTheSame_namesTheByte() throws Exception {
    try (StoredVersion one = finished(state -> state.real = nan(1));
        StoredVersion two = finished(state -> state.real = nan(2))) {
      assertEquals(
          "[real byte 7: expected 0x01, found 0x02]",
          VersionDifference.between(one, two).toString());
    }
  }

  @Test
  void between_generatorFurtherOn_isSaid() throws Exception {
    assertEquals(
        List.of("random: expected one state of the generator, found another"),
        differences(state -> state.random.nextInt()));
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
    assertEquals(
        "the count of steps: expected 2 in all (loop \"steps\": 2 of 2), found 3 in all (loop"
            + " \"steps\": 3 of 3)",
        found.getFirst());
    assertEquals("field[0][0]: expected 1.0, found 2.0", found.getLast());
  }
}
