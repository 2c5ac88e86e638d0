// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class IntervalModelTest {
  private static final long SEED = 19960101;
  private static final Situation SITUATION = new Situation(300, 86400, 600, 60);

  @Test
  void ids_areThoseOfTheDataFormat() {
    assertEquals(
        Set.of(
            "young",
            "daly-first",
            "daly",
            "wong-franklin",
            "wong-franklin-printed",
            "herault-robert",
            "exact"),
        Arrays.stream(IntervalModel.values()).map(IntervalModel::id).collect(Collectors.toSet()));
  }

  @Test
  void parse_ofAnId_givesItsModel() {
    for (IntervalModel model : IntervalModel.values()) {
      assertSame(model, IntervalModel.parse(model.id()));
      assertSame(model, IntervalModel.parse(" " + model.name().replace('_', '-') + "\n"));
      assertEquals(model.id(), model.toString());
    }
    assertEquals(
        IntervalModel.values().length,
        Arrays.stream(IntervalModel.values()).map(IntervalModel::label).distinct().count());
  }

  @Test
  void parse_ofAnythingElse_namesItAndWhatIsAccepted() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> IntervalModel.parse("Dally"))
            .getMessage();
    assertEquals(
        "model \"Dally\": use exact, daly, daly-first, young, wong-franklin, "
            + "wong-franklin-printed, herault-robert",
        message);
  }

  @Test
  void workInterval_ofEachModel_isItsFormula() {
    assertInterval(IntervalModel.YOUNG, Young.workIntervalSeconds(300, 86400));
    assertInterval(IntervalModel.DALY, Daly.higherOrder(300, 86400));
    assertInterval(IntervalModel.DALY_FIRST, Daly.firstOrder(300, 86400, 600));
    assertInterval(IntervalModel.EXACT, ExactOptimum.workIntervalSeconds(300, 86400));
    assertInterval(IntervalModel.WONG_FRANKLIN, WongFranklin.workIntervalSeconds(300, 86400, 0.25));
    assertInterval(
        IntervalModel.WONG_FRANKLIN_PRINTED, WongFranklin.printedSeconds(300, 86400, 0.25));
    assertInterval(
        IntervalModel.HERAULT_ROBERT, HeraultRobert.periodSeconds(SITUATION).orElseThrow() - 300);
  }

  private static void assertInterval(IntervalModel model, double expected) {
    assertEquals(OptionalDouble.of(expected), model.workIntervalSeconds(SITUATION, 0.25));
  }

  @Test
  void workInterval_whereAFormulaHasNoMeaning_isEmpty() {
    Situation costly = new Situation(400, 100, 20, 10); // C = 4 M: Daly -90, Herault-Robert -163
    assertEmpty(costly, IntervalModel.DALY_FIRST, IntervalModel.HERAULT_ROBERT);
    Situation slow = new Situation(1, 100, 60, 40); // M = D + R
    assertEmpty(slow, IntervalModel.HERAULT_ROBERT);
    assertTrue(HeraultRobert.periodSeconds(slow).isEmpty());
    assertEmpty(SITUATION);
  }

  private static void assertEmpty(Situation situation, IntervalModel... models) {
    Set<IntervalModel> empty = EnumSet.noneOf(IntervalModel.class);
    for (IntervalModel model : IntervalModel.values()) {
      if (model.workIntervalSeconds(situation, 0.5).isEmpty()) {
        empty.add(model);
      }
    }
    assertEquals(Set.of(models), empty);
  }

  @Test
  void workInterval_ofAnyModel_isPositiveAndNoBetterThanExact() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 3000; i++) {
      Situation s = RandomInputs.situation(random);
      double lostShare = 1 - random.nextDouble();
      double least =
          SegmentModel.steadyWaste(
              ExactOptimum.workIntervalSeconds(s.costSeconds(), s.mttfSeconds()), s);
      for (IntervalModel model : IntervalModel.values()) {
        double w = model.workIntervalSeconds(s, lostShare).orElse(1);
        String at = model + " " + s + " h=" + lostShare + " w=" + w + " seed=" + SEED;
        assertTrue(w > 0 && w < Double.POSITIVE_INFINITY, at);
        double waste = SegmentModel.steadyWaste(w, s);
        assertTrue(waste >= least * (1 - 1e-14) && waste <= 1, at + " waste=" + waste);
      }
    }
  }

  /** Daly's first order sees R in place of M + R, Herault-Robert M - D - R: both vanish with C. */
  @Test
  void workInterval_asCostVanishesWithoutRecovery_isTheSameForAllModels() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      double mttf = RandomInputs.logUniform(random, 1, 1e9);
      double ratio = RandomInputs.logUniform(random, 1e-14, 1e-6);
      Situation s = new Situation(ratio * mttf, mttf, 0, 0);
      double young = Young.workIntervalSeconds(s.costSeconds(), mttf);
      for (IntervalModel model : IntervalModel.values()) {
        if (model != IntervalModel.WONG_FRANKLIN_PRINTED) {
          double w = model.workIntervalSeconds(s, 0.5).orElseThrow();
          double error = young * (Math.sqrt(ratio) + 1e-14);
          assertEquals(young, w, error, () -> model + " " + s + " seed=" + SEED);
        }
      }
    }
  }

  @Test
  void workInterval_whenCostOrMttfGrows_growsInModelsThatAreRootsOrExact() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<IntervalModel> models =
        List.of(
            IntervalModel.EXACT,
            IntervalModel.YOUNG,
            IntervalModel.WONG_FRANKLIN,
            IntervalModel.WONG_FRANKLIN_PRINTED);
    for (int i = 0; i < 1000; i++) {
      Situation s = RandomInputs.situation(random);
      for (IntervalModel model : models) {
        double w = model.workIntervalSeconds(s, 0.3).orElseThrow();
        String at = model + " " + s + " seed=" + SEED;
        assertTrue(interval(model, s, 1.01, 1) >= w, at);
        assertTrue(interval(model, s, 1, 1.01) > w, at);
      }
    }
  }

  private static double interval(IntervalModel m, Situation s, double costFactor, double factor) {
    Situation other =
        new Situation(
            s.costSeconds() * costFactor,
            s.mttfSeconds() * factor,
            s.restartSeconds(),
            s.downtimeSeconds());
    return m.workIntervalSeconds(other, 0.3).orElseThrow();
  }

  @Test
  void workInterval_withLostShareOutsideItsRange_isRefusedByName() {
    for (double lostShare : new double[] {0, -0.5, 1.01, Double.NaN}) {
      for (IntervalModel model : IntervalModel.values()) {
        String message =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> model.workIntervalSeconds(SITUATION, lostShare))
                .getMessage();
        assertEquals(
            "lostShare is " + lostShare + ": it must be a share greater than 0 and at most 1",
            message);
      }
    }
  }
}
