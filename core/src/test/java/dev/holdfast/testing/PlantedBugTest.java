// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import static dev.holdfast.testing.RehearsalTest.STEPS;
import static dev.holdfast.testing.RehearsalTest.assertSays;
import static dev.holdfast.testing.RehearsalTest.difference;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.AppendFile;
import dev.holdfast.Body;
import dev.holdfast.DoubleCell;
import dev.holdfast.Holdfast;
import dev.holdfast.LongCell;
import dev.holdfast.Ref;
import dev.holdfast.RestoreMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that forget something: a rehearsal finds it and names the place. */
@Timeout(60)
final class PlantedBugTest {
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
        "a random generator is forgotten: ",
        "PlantedBugTest.ForgottenGenerator uses java.util.Random",
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
        "cause: static field PlantedBugTest.StaticCounter.calls (0 at first, 3 later)",
        "is not declared",
        "hf.bind(");
  }

  @Test
  void staticFields_afterTheCheck_areAsBefore() {
    StaticCounter.calls = 5;
    assertThrows(AssertionError.class, Rehearsal.of(StaticCounter::run).stopAt(3)::check);
    assertEquals(5, StaticCounter.calls);
    StaticCounter.calls = 0;
  }

  /** What the messages advise is right. */
  @Test
  void plantedBugs_withTheRemedyApplied_pass() {
    Body generator =
        hf -> {
          double[] walk = hf.protect("walk", new double[4]);
          Random random = hf.protect("random", new Random(7));
          for (long _ : hf.steps(STEPS)) {
            walk[2] += random.nextGaussian();
          }
        };
    Body swap =
        hf -> {
          Ref<double[]> u = hf.ref("u", new double[] {1, 2});
          Ref<double[]> next = hf.ref("next", new double[2]);
          for (long _ : hf.steps(STEPS)) {
            double[] from = u.get();
            next.get()[0] = from[0] + from[1];
            next.get()[1] = from[0] - from[1];
            u.set(next.get());
            next.set(from);
          }
        };
    Body field =
        hf -> {
          hf.bind("calls", () -> StaticCounter.calls, value -> StaticCounter.calls = value);
          StaticCounter.run(hf);
        };
    for (Body body : List.of(generator, swap, field)) {
      assertEquals(STEPS, Rehearsal.of(body).stopAt(3, 6, 7).check().steps());
    }
  }

  // More of the same kinds ------------------------------------------------------------------------

  /** The static state of a class that the body's class only refers to. */
  static final class Tables {
    static final double[] TABLE = {1, 2};
    static final AtomicLong COUNT = new AtomicLong(5);

    private Tables() {}
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
        "cause: static field PlantedBugTest.Tables.TABLE[1] (2.0 at first, 5.0 later)");
    Body atomic =
        hf -> {
          LongCell x = hf.cell("x", 0);
          for (long _ : hf.steps(STEPS)) {
            x.add(Tables.COUNT.getAndIncrement());
          }
        };
    assertSays(
        difference(atomic),
        "cause: static field PlantedBugTest.Tables.COUNT (5 at first, 8 later)");
  }

  /** It is the same after the first stop, and only then written. */
  static final class LateField {
    static @Nullable String mode;

    private LateField() {}
  }

  @Test
  void staticField_writtenAfterTheFirstStop_isFoundAndNamed() {
    Body body =
        hf -> {
          AppendFile log = hf.append("log.txt");
          for (long step : hf.steps(STEPS)) {
            if (step == 5) {
              LateField.mode = "fine";
            }
            log.println(step + " " + LateField.mode);
          }
        };
    assertSays(
        difference(body),
        "output file log.txt in line 8 differs: \"7 fine\" undisturbed, \"7 null\" stopped",
        "cause: static field PlantedBugTest.LateField.mode (null at first, \"fine\" later)");
  }

  /** Views cannot be put back, and need not be: what they show is. */
  static final class Views {
    static final List<Integer> LIST = new ArrayList<>();
    static final List<Integer> READ_ONLY = Collections.unmodifiableList(LIST);
    static final Map<String, Integer> MAP = new HashMap<>();
    static final Map<String, Integer> READ_ONLY_MAP = Collections.unmodifiableMap(MAP);
    static final Integer[] ARRAY = {0};
    static final List<Integer> FIXED = Arrays.asList(ARRAY);

    private Views() {}
  }

  @Test
  void collections_viewsOfThemToo_arePutBack() {
    Body body =
        hf -> {
          LongCell x = hf.cell("x", 0);
          for (long step : hf.steps(STEPS)) {
            Views.LIST.add((int) step);
            Views.MAP.merge("count", 1, Integer::sum);
            Views.FIXED.set(0, Views.ARRAY[0] + 1);
            x.add(
                Views.READ_ONLY.size()
                    + Views.READ_ONLY_MAP.getOrDefault("count", 0)
                    + Views.FIXED.get(0));
          }
        };
    assertSays(
        difference(body),
        "region \"x\" differs: 165 undisturbed, 66 stopped and resumed",
        "PlantedBugTest.Views.LIST (0 elements at first",
        "PlantedBugTest.Views.MAP (0 elements at first",
        "PlantedBugTest.Views.ARRAY[0] (0 at first, 3 later)");
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
}
