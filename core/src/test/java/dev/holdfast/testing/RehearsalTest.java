// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.AppendFile;
import dev.holdfast.Body;
import dev.holdfast.DoubleCell;
import dev.holdfast.Holdfast;
import dev.holdfast.LongCell;
import dev.holdfast.Ref;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a rehearsal lets pass, what it refuses, and what it leaves behind. */
@Timeout(60)
final class RehearsalTest {
  static final int STEPS = 10;

  @TempDir private Path temp;

  static AssertionError difference(Body body) {
    return assertThrows(AssertionError.class, Rehearsal.of(body).stopAt(3, 7)::check);
  }

  static void assertSays(AssertionError error, String... wanted) {
    String message = String.valueOf(error.getMessage());
    for (String words : wanted) {
      assertTrue(message.contains(words), () -> "\"" + words + "\" expected in: " + message);
    }
  }

  // Sound programs --------------------------------------------------------------------------------

  /** Everything that there is: array, generator, swapped Refs, cells, records, an output file. */
  private static void sound(Holdfast hf) {
    hf.parameter("seed", 42);
    long[] counts = hf.protect("counts", new long[16]);
    Random random = hf.protect("random", new Random(42));
    Ref<double[]> u = hf.ref("u", new double[] {1, 2, 3});
    Ref<double[]> next = hf.ref("next", new double[3]);
    Ref<int[][]> rows = hf.ref("rows", new int[][] {{1}, {2, 3}});
    DoubleCell time = hf.cell("time", 0.0);
    AppendFile probe = hf.append("out/probe.csv");
    for (long step : hf.steps("warm up", 4)) {
      counts[random.nextInt(16)] += step;
    }
    for (long step : hf.steps("go", 6)) {
      double[] from = u.get();
      double[] to = next.get();
      for (int i = 0; i < 3; i++) {
        to[i] = from[i] + from[(i + 1) % 3] + random.nextGaussian();
      }
      u.set(to);
      next.set(from);
      rows.get()[1][0]++;
      time.set(time.get() + to[0]);
      probe.println(step + "," + time.get());
    }
    probe.println("the end");
  }

  @Test
  void soundProgram_stoppedInBothLoops_passesAndReports() {
    RehearsalReport report = Rehearsal.of(RehearsalTest::sound).stopAt(7, 3).check();
    assertEquals(STEPS, report.steps());
    assertEquals(List.of(3L, 7L), report.stops());
    assertEquals(List.of("counts", "random", "u", "next", "rows", "time"), report.regions());
    assertEquals(List.of(Path.of("out", "probe.csv").toString()), report.outputs());
    assertEquals(List.of(), report.notReset());
  }

  @Test
  void soundProgram_stoppedAfterEveryStep_passes() {
    RehearsalReport report = Rehearsal.of(RehearsalTest::sound).everyStep().check();
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L), report.stops());
  }

  @Test
  void stops_notGiven_areFirstMiddleAndLast() {
    assertEquals(List.of(1L, 5L, 10L), Rehearsal.of(RehearsalTest::sound).check().stops());
  }

  @Test
  void whileLoop_withTicks_isStoppedAtItsBoundaries() {
    assertEquals(8, Rehearsal.of(hf -> ticking(hf, false)).stopAt(3, 7).check().steps());
    assertSays(
        difference(hf -> ticking(hf, true)), "region \"time\" differs: 36.0 undisturbed, 17.0");
  }

  private static void ticking(Holdfast hf, boolean forgets) {
    DoubleCell time = hf.cell("time", 0.0);
    LongCell turns = hf.cell("turns", 0);
    hf.restore();
    int turn = forgets ? 0 : (int) turns.get();
    while (turns.get() < 8) {
      time.set(time.get() + ++turn);
      turns.add(1);
      hf.tick();
    }
  }

  @Test
  void surroundings_ofTheProcess_areNotTouched() throws Exception {
    Path outside = temp.resolve("results.csv");
    Files.writeString(outside, "precious\n");
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          AppendFile file = hf.append(outside.toString());
          for (long step : hf.steps(STEPS)) {
            sum.add(step);
            file.println("" + step);
          }
        };
    Rehearsal.of(body).stopAt(3).check();
    assertEquals("precious\n", Files.readString(outside));
    assertEquals(List.of(outside), listed(temp));
  }

  @Test
  void folder_given_keepsTheRunsInAFolderOfTheirOwn() throws Exception {
    for (int i = 1; i <= 2; i++) {
      Rehearsal.of(RehearsalTest::sound).stopAt(3).in(temp).check();
      assertEquals(i, listed(temp).size());
    }
    Path runs = listed(temp).getFirst();
    assertTrue(Files.isDirectory(runs.resolve("undisturbed-1").resolve("store")));
    assertTrue(Files.isRegularFile(runs.resolve("stopped-2").resolve("output/out/probe.csv")));
  }

  private static List<Path> listed(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  // What is no restart bug ------------------------------------------------------------------------

  @Test
  void programThatIsNotDeterministic_isCalledThat() {
    Body body =
        hf -> {
          double[] u = hf.protect("u", new double[3]);
          SplittableRandom unseeded = new SplittableRandom();
          for (long _ : hf.steps(STEPS)) {
            u[1] += unseeded.nextDouble();
          }
        };
    AssertionError error = difference(body);
    assertSays(
        error, "the program is not deterministic", "region \"u\" at [1] differs: ", "in another");
    assertFalse(String.valueOf(error.getMessage()).contains("resumed"));
  }

  @Test
  void generatorThatCannotBePutBack_isMentioned() {
    SplittableRandom outside = new SplittableRandom(1);
    Body body =
        hf -> {
          DoubleCell x = hf.cell("x", 0.0);
          for (long _ : hf.steps(STEPS)) {
            x.set(outside.nextDouble());
          }
        };
    assertSays(
        difference(body),
        "not deterministic",
        "captured SplittableRandom: nobody can read the state of a java.util.SplittableRandom");
  }

  @Test
  void programThatFails_isShownWithItsOwnException() {
    IllegalStateException own = new IllegalStateException("negative density");
    AssertionError error =
        difference(hf -> {
          throw own;
        });
    assertSays(error, "the undisturbed run fails (", "negative density");
    assertSame(own, error.getCause());
  }

  @Test
  void programThatStopsItself_isRefused() {
    Body body =
        hf -> {
          for (long _ : hf.steps(STEPS)) {
            hf.stop();
          }
        };
    assertSays(difference(body), "the undisturbed run stops at step 1");
  }

  @Test
  void stop_thatNeverComes_isRefused() {
    Rehearsal late = Rehearsal.of(RehearsalTest::sound).stopAt(3, 11);
    IllegalArgumentException error = assertThrows(IllegalArgumentException.class, late::check);
    assertEquals("stopAt(11): the program has 10 steps; stop it at 1 to 10", error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Rehearsal.of(hf -> {}).stopAt(0));
    assertThrows(IllegalArgumentException.class, () -> Rehearsal.of(hf -> {}).check());
  }
}
