// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.AppendFile;
import dev.holdfast.Body;
import dev.holdfast.DoubleCell;
import dev.holdfast.Holdfast;
import dev.holdfast.LongCell;
import dev.holdfast.Ref;
import dev.holdfast.RestoreMismatchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a rehearsal finds, what it calls it, and what it lets pass. */
@Timeout(60)
final class RehearsalTest {
  private static final int STEPS = 10;

  @TempDir private Path temp;

  private static AssertionError difference(Body body) {
    return assertThrows(AssertionError.class, Rehearsal.of(body).stopAt(3, 7)::check);
  }

  private static void assertSays(AssertionError error, String... wanted) {
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
    assertEquals(List.of("counts", "random", "u", "next", "time"), named(report));
    assertEquals(List.of(Path.of("out", "probe.csv").toString()), report.outputs());
    assertEquals(List.of(), report.notReset());
  }

  /** Without the row lengths that a variable of arrays brings along. */
  private static List<String> named(RehearsalReport report) {
    return report.regions().stream().filter(name -> !name.contains("#")).toList();
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
    List<Long> restoredAt = new ArrayList<>();
    Body body =
        hf -> {
          DoubleCell time = hf.cell("time", 0.0);
          restoredAt.add(hf.restore());
          while (time.get() < 1) {
            time.set(time.get() + 0.125);
            hf.tick();
          }
        };
    assertEquals(8, Rehearsal.of(body).stopAt(3, 7).check().steps());
    assertEquals(List.of(7L), restoredAt); // what the last leg has left in the list
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

  // Planted bugs ----------------------------------------------------------------------------------

  /** Planted bug 1: the generator begins again from its seed. */
  static final class ForgottenGenerator {
    static void run(Holdfast hf) {
      double[] walk = hf.protect("walk", new double[4]);
      Random random = new Random(7);
      for (long _ : hf.steps(STEPS)) {
        walk[2] += random.nextGaussian();
      }
    }
  }

  @Test
  void forgottenGenerator_isFoundAndNamed() {
    AssertionError error = difference(ForgottenGenerator::run);
    assertSays(
        error,
        "stopped after step 3, 7 and resumed",
        "region \"walk\" at [2] differs: ",
        "already the first step after the restart at step 3 goes wrong: region \"walk\" at [2]",
        "a random generator is forgotten: the program uses java.util.Random",
        "hf.protect(\"random\"");
  }

  /** Planted bug 2: the variables are swapped, the arrays stay where they are. */
  static final class SwappedArrays {
    static void run(Holdfast hf) {
      double[][] u = hf.protect("u", new double[4][4]);
      double[][] next = hf.protect("next", new double[4][4]);
      u[1][2] = 1;
      for (long _ : hf.steps(STEPS)) {
        for (int i = 0; i < 4; i++) {
          for (int k = 0; k < 4; k++) {
            next[i][k] = (u[i][k] + u[(i + 1) % 4][k] + u[i][(k + 1) % 4]) / 2;
          }
        }
        double[][] swap = u;
        u = next;
        next = swap;
      }
    }
  }

  @Test
  void swapOfProtectedArrays_isFoundAndNamed() {
    AssertionError error = difference(SwappedArrays::run);
    assertSays(
        error,
        "region \"u\" at [0][0] differs: ",
        "the variables of regions ",
        "\"u\" and ",
        " are swapped",
        "Declare both with ref");
  }

  /** Planted bug 3: a static field that a new process begins anew. */
  static final class StaticCounter {
    static long calls;

    static void run(Holdfast hf) {
      LongCell sum = hf.cell("sum", 0);
      for (long step : hf.steps(STEPS)) {
        calls++;
        sum.add(step * calls);
      }
    }
  }

  @Test
  void staticField_notDeclared_isFoundAndNamed() {
    AssertionError error = difference(StaticCounter::run);
    assertSays(
        error,
        "region \"sum\" differs: 330 undisturbed, ",
        "cause: static field RehearsalTest.StaticCounter.calls (0 at first, 3 later)",
        "is not declared",
        "hf.bind(");
  }

  // More of the same kinds ------------------------------------------------------------------------

  /** The static state of a class that the body's class only refers to. */
  static final class Tables {
    static final Random RANDOM = new Random(3);
    static final double[] TABLE = {1, 2};
    static final AtomicLong COUNT = new AtomicLong(5);

    private Tables() {}
  }

  @Test
  void staticGenerator_isFoundAndNamed() {
    Body body =
        hf -> {
          DoubleCell x = hf.cell("x", 0.0);
          for (long _ : hf.steps(STEPS)) {
            x.set(x.get() + Tables.RANDOM.nextDouble());
          }
        };
    assertSays(
        difference(body),
        "region \"x\" differs: ",
        "cause: static field RehearsalTest.Tables.RANDOM (a java.util.Random, further on)");
  }

  @Test
  void contentsOfStaticFinalObjects_areFoundAndNamed() {
    Body array =
        hf -> {
          DoubleCell x = hf.cell("x", 0.0);
          for (long _ : hf.steps(STEPS)) {
            x.set(x.get() + Tables.TABLE[1]++);
          }
        };
    assertSays(
        difference(array),
        "cause: static field RehearsalTest.Tables.TABLE[1] (2.0 at first, 5.0 later)");
    Body atomic =
        hf -> {
          LongCell x = hf.cell("x", 0);
          for (long _ : hf.steps(STEPS)) {
            x.add(Tables.COUNT.getAndIncrement());
          }
        };
    assertSays(
        difference(atomic), "cause: static field RehearsalTest.Tables.COUNT (5 at first, 8 later)");
  }

  /** State in an object that was made before the body, as a unit test may do it. */
  static final class Simulation {
    private final List<Double> history = new ArrayList<>();
    private int turn;

    void run(Holdfast hf) {
      DoubleCell x = hf.cell("x", 1.0);
      for (long _ : hf.steps(STEPS)) {
        history.add(x.get());
        x.set(x.get() / 2 + history.size() + ++turn);
      }
    }
  }

  @Test
  void capturedObject_isPutBackAndNamed() {
    assertSays(
        difference(new Simulation()::run),
        "cause: captured Simulation.turn (0 at first, 3 later)",
        "captured Simulation.history (0 elements at first, later 3 or others)");
  }

  @Test
  void outputFile_differentLine_isNamedWithBothTexts() {
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          AppendFile probe = hf.append("probe.csv");
          long sinceStart = 0;
          for (long step : hf.steps(STEPS)) {
            sum.add(step);
            probe.println(step + " " + sinceStart++);
          }
        };
    assertSays(
        difference(body),
        "output file probe.csv in line 4 differs: \"3 3\" undisturbed, \"3 0\" stopped and resumed");
  }

  @Test
  void nan_withOtherBits_differs() {
    Body body =
        hf -> {
          double[] u = hf.protect("u", new double[3]);
          long payload = 0;
          for (long _ : hf.steps(STEPS)) {
            u[1] = Double.longBitsToDouble(0x7ff8_0000_0000_0000L + payload++);
          }
        };
    assertSays(
        difference(body),
        "region \"u\" at [1] differs: NaN with bits 7ff8000000000009 undisturbed, NaN with bits"
            + " 7ff8000000000002 stopped");
  }

  @Test
  void loop_thatEndsEarlierAfterARestart_differsInItsSteps() {
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          int budget = 8;
          for (long step : hf.steps(100)) {
            sum.add(step);
            if (--budget == 0) {
              break;
            }
          }
        };
    assertSays(
        difference(body),
        "the count of steps differs: 7 in all (loop \"steps\": 7 of 100) undisturbed",
        "region \"sum\"");
  }

  @Test
  void declarations_thatChangeAtARestart_areNamedWithTheCause() {
    AtomicLong runs = new AtomicLong();
    Body body =
        hf -> {
          hf.protect("u", new double[(int) Math.min(hf.ledger().attempts(), 2)]);
          for (long step : hf.steps(STEPS)) {
            runs.addAndGet(step);
          }
        };
    AssertionError error = difference(body);
    assertSays(error, "the end of the run differs: completes undisturbed, fails (", "step 3");
    assertInstanceOf(RestoreMismatchException.class, error.getCause());
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
