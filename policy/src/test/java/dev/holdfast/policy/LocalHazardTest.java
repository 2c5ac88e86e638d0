// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalHazardTest {
  private static final long SEED = 20010701;
  private static final double MEAN = 86400;

  @Test
  void nextWork_ofExponentialLaws_isYoungAtEveryAge() {
    double young = Young.workIntervalSeconds(300, MEAN);
    for (double age : new double[] {0, 1, 1e4, 1e6}) {
      for (FailureLaw law :
          List.of(new Exponential(MEAN), new Weibull(1, MEAN), new Gamma(1, MEAN))) {
        double work = LocalHazard.nextWorkSeconds(law, 300, age);
        assertEquals(young, work, 1e-9 * young, law + " at " + age);
        assertEquals(young, LocalHazard.plainSeconds(law, 300, age), 1e-9 * young);
      }
    }
  }

  /** The closed solution at age 0: {@code w (w/s)^k = 2 C}. */
  @ParameterizedTest
  @CsvSource({"0.5", "0.7", "2", "9"})
  void nextWork_ofWeibullAtAgeZero_isTheClosedSolution(double shape) {
    double expected = Math.pow(2 * 300 * Math.pow(MEAN, shape), 1 / (1 + shape));
    double work = LocalHazard.nextWorkSeconds(new Weibull(shape, MEAN), 300, 0);
    assertEquals(expected, work, 1e-9 * expected);
  }

  @Test
  void nextWork_beyondThePlainRule_capsItWhereTheHazardIsZeroOrInfinite() {
    FailureLaw wear = new Weibull(2, MEAN);
    FailureLaw infancy = new Weibull(0.5, MEAN);
    assertEquals(Double.POSITIVE_INFINITY, LocalHazard.plainSeconds(wear, 300, 0));
    assertEquals(0, LocalHazard.plainSeconds(infancy, 300, 0));
    for (double age : new double[] {1, 1e3, 1e5}) {
      assertTrue(
          LocalHazard.nextWorkSeconds(wear, 300, age) < LocalHazard.plainSeconds(wear, 300, age));
      assertTrue(
          LocalHazard.nextWorkSeconds(infancy, 300, age)
              > LocalHazard.plainSeconds(infancy, 300, age));
    }
  }

  @Test
  void nextWork_atTheExtremes_isFiniteAndPositive() {
    SplittableRandom random = new SplittableRandom(SEED);
    String[] laws = {
      "weibull:0.11", "weibull:9.9", "gamma:0.11", "gamma:9.9", "lognormal:0.011", "lognormal:4.9"
    };
    for (int i = 0; i < 600; i++) {
      FailureLaw law = FailureLaw.parse(laws[i % laws.length], MEAN);
      double cost = MEAN * 1e-12 * Math.pow(1e14, random.nextDouble());
      double age = i < 60 ? 0 : MEAN * 1e-6 * Math.pow(1e12, random.nextDouble());
      double work = LocalHazard.nextWorkSeconds(law, cost, age);
      String at = law + " C=" + cost + " age=" + age + " w=" + work + " seed=" + SEED;
      assertTrue(work > 0 && work < Double.POSITIVE_INFINITY, at);
      assertTrue(LocalHazard.nextWorkSeconds(law, 2 * cost, age) > work, at);
    }
  }

  /** It gets most of what the best schedule gains over equal intervals, and more than the plain. */
  @ParameterizedTest
  @CsvSource({
    "weibull:0.5, 0.95",
    "weibull:0.7, 0.9",
    "weibull:2, 0.75",
    "gamma:0.5, 0.85",
    "gamma:3, 0.65"
  })
  void waste_ofTheRule_isNearTheBestSchedule(String text, double share) {
    FailureLaw law = FailureLaw.parse(text, MEAN);
    RenewalModel model = new RenewalModel(law, 0.01 * MEAN, 300, 60);
    double periodic = model.steadyWaste(model.bestIntervalSeconds());
    double best = model.bestAperiodic(1).waste();
    double rule = waste(model, false);
    assertTrue(rule >= best, text + " " + rule + " " + best);
    assertTrue(periodic - rule > share * (periodic - best), text + " " + rule);
    assertTrue(rule < waste(model, true), text);
  }

  private static double waste(RenewalModel model, boolean plain) {
    FailureLaw law = model.law();
    double age = model.restartSeconds();
    double saved = 0;
    while (law.survival(age) > 1e-12) {
      double work =
          plain
              ? LocalHazard.plainSeconds(law, model.costSeconds(), age)
              : LocalHazard.nextWorkSeconds(law, model.costSeconds(), age);
      age += work + model.costSeconds();
      saved += work * law.survival(age);
    }
    return 1 - saved / (law.meanSeconds() + model.downtimeSeconds());
  }

  @Test
  void nextWork_outsideItsRange_refusesByName() {
    FailureLaw law = new Weibull(0.7, MEAN);
    assertMessage("costSeconds is 0.0", () -> LocalHazard.nextWorkSeconds(law, 0, 1));
    assertMessage("ageSeconds is -1.0", () -> LocalHazard.nextWorkSeconds(law, 1, -1));
    assertMessage("ageSeconds is Infinity", () -> LocalHazard.plainSeconds(law, 1, 1 / 0.0));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }
}
