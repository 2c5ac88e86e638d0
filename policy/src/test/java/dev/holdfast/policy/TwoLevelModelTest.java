// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwoLevelModelTest {
  private static final long SEED = 20170701;
  private static final DfpField DIGITS = new DfpField(60);

  /** The single numbers of the reference, see the README beside policy-reference.csv. */
  private static final TwoLevelModel REFERENCE =
      new TwoLevelModel(new Situation(10, 14400, 10, 0), new Situation(300, 86400, 300, 0));

  @Test
  void optimum_ofTheReference_hasItsDigits() {
    TwoLevelModel.Plan plan = REFERENCE.optimum();
    assertEquals(13, plan.levelOneCheckpoints());
    assertEquals(524.287, plan.workIntervalSeconds(), 5e-4);
    assertEquals(7735.99, plan.patternSeconds(), 5e-3);
    assertEquals(0.135021, plan.overhead(), 5e-7);
    assertEquals(0.135021 / 1.135021, plan.waste(), 5e-7);
    assertEquals(plan, REFERENCE.recommended());
  }

  @Test
  void firstOrder_ofTheReference_hasItsDigits() {
    TwoLevelModel.Plan plan = REFERENCE.firstOrder();
    assertEquals(13, plan.levelOneCheckpoints());
    assertEquals(548.476, plan.workIntervalSeconds(), 5e-4);
    assertEquals(0.120614, plan.overhead(), 5e-7);
  }

  /** The recursion over the segments, as the Javadoc states it, without its solution. */
  @Test
  void patternSeconds_againstTheRecursion_agrees() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      // Longer patterns all but never succeed, where the recursion's 1 - b has no digits left.
      TwoLevelModel model = randomModel(random, 1e-5, 0.02);
      int n = 1 + random.nextInt(40);
      double w = model.plan(n).workIntervalSeconds() * RandomInputs.logUniform(random, 0.2, 3);
      double expected = byRecursion(model, n, w);
      String at = model + " n=" + n + " w=" + w + " seed=" + SEED;
      assertEquals(expected, model.patternSeconds(n, w), 1e-9 * expected, at);
      double overhead = expected / (n * w) - 1;
      assertEquals(overhead, model.overhead(n, w), 1e-9 * (1 + overhead), at);
    }
  }

  /** The closed form of the Javadoc with digits enough for its cancellation. */
  @Test
  void overhead_againstSixtyDigits_keepsTwelve() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      TwoLevelModel model = randomModel(random, 1e-12, 1);
      int n = 1 + random.nextInt(40);
      double w = model.plan(n).workIntervalSeconds() * RandomInputs.logUniform(random, 0.5, 2);
      double expected = overheadOfClosedForm(model, n, w);
      Breakdown pattern = model.steadyBreakdown(n, w);
      String at = model + " n=" + n + " w=" + w + " " + pattern + " seed=" + SEED;
      assertEquals(expected, pattern.overhead(), 1e-12 * expected, at);
      assertTrue(pattern.reworkSeconds() > 0, at);
      assertEquals(n * w, pattern.usefulSeconds(), 1e-14 * n * w, at);
    }
  }

  private static double overheadOfClosedForm(TwoLevelModel model, int n, double w) {
    Dfp m1 = DIGITS.newDfp(model.level1().mttfSeconds());
    Dfp m2 = DIGITS.newDfp(model.level2().mttfSeconds());
    Dfp one = DIGITS.getOne();
    Dfp rate = one.divide(m1).add(one.divide(m2));
    Dfp share = one.divide(m2).divide(rate);
    Dfp d1 = DIGITS.newDfp(model.level1().downtimeSeconds());
    Dfp d2 = DIGITS.newDfp(model.level2().downtimeSeconds());
    Dfp survived = rate.negate().multiply(DIGITS.newDfp(model.level1().restartSeconds())).exp();
    Dfp p = share.divide(survived.add(one.subtract(survived).multiply(share)));
    Dfp segment = DIGITS.newDfp(w).add(DIGITS.newDfp(model.level1().costSeconds()));
    Dfp g = rate.multiply(segment).exp().subtract(one).multiply(p).add(one);
    Dfp end = DIGITS.newDfp(model.level2().costSeconds());
    Dfp h = rate.multiply(end).exp().subtract(one).multiply(p).add(one);
    Dfp meanDown = one.subtract(share).multiply(d1).add(share.multiply(d2));
    Dfp restarts =
        rate.multiply(DIGITS.newDfp(model.level2().restartSeconds())).exp().subtract(one);
    Dfp q =
        m2.add(d1.multiply(m2).divide(m1))
            .add(d2)
            .add(one.divide(rate).add(meanDown).multiply(restarts));
    Dfp work = DIGITS.newDfp(w).multiply(n);
    return g.pow(n).multiply(h).subtract(one).multiply(q).divide(work).subtract(one).toDouble();
  }

  /** Every V_i is a_i + b_i V_1; the last step solves for V_1. */
  private static double byRecursion(TwoLevelModel model, int n, double w) {
    Situation one = model.level1();
    Situation two = model.level2();
    double l1 = 1 / one.mttfSeconds();
    double l2 = 1 / two.mttfSeconds();
    double l = l1 + l2;
    double meanDown = (l1 * one.downtimeSeconds() + l2 * two.downtimeSeconds()) / l;
    // Z = D2 + Y, and Y, in the restart, is time + success V1 + failure (meanDown + Y).
    double restarted = Math.exp(-l * two.restartSeconds());
    double y = ((1 - restarted) / l + (1 - restarted) * meanDown) / restarted;
    double zA = two.downtimeSeconds() + y; // Z = zA + V1
    double e = Math.exp(-l * one.restartSeconds());
    double denominator = 1 - (1 - e) * l1 / l;
    double a = 0;
    double b = 0;
    for (int segment = n + 1; segment >= 1; segment--) {
      double length = segment > n ? two.costSeconds() : w + one.costSeconds();
      double s = Math.exp(-l * length);
      double f1 = (1 - s) * l1 / l;
      double f2 = (1 - s) * l2 / l;
      // U = (D1 + (1-e)/l + e V + (1-e) l2/l Z) / denominator
      double uA = (one.downtimeSeconds() + (1 - e) / l + (1 - e) * l2 / l * zA) / denominator;
      double uB = (1 - e) * l2 / l / denominator;
      double self = 1 - f1 * e / denominator;
      a = ((1 - s) / l + s * a + f1 * uA + f2 * zA) / self;
      b = (s * b + f1 * uB + f2) / self;
    }
    return a / (1 - b);
  }

  @Test
  void plan_againstNumericalMinimisation_isTheLeastOverhead() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      TwoLevelModel model = randomModel(random, 1e-5, 1);
      int n = 1 + random.nextInt(40);
      TwoLevelModel.Plan plan = model.plan(n);
      double w = plan.workIntervalSeconds();
      double found =
          Math.exp(
              new BrentOptimizer(1e-10, 1e-10)
                  .optimize(
                      new MaxEval(500),
                      GoalType.MINIMIZE,
                      new UnivariateObjectiveFunction(
                          logW -> Math.log(model.overhead(n, Math.exp(logW)))),
                      new SearchInterval(Math.log(w) - 3, Math.log(w) + 1))
                  .getPoint());
      assertEquals(found, w, 1e-5 * w, () -> model + " n=" + n + " seed=" + SEED);
    }
  }

  @Test
  void optimum_againstBruteForceOverPatterns_isTheBest() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 100; i++) {
      TwoLevelModel model = randomModel(random, 1e-6, 3);
      TwoLevelModel.Plan optimum = model.optimum();
      double best = Double.POSITIVE_INFINITY;
      for (int n = 1; n <= 300; n++) {
        best = Math.min(best, model.plan(n).overhead());
      }
      String at = model + " " + optimum + " seed=" + SEED;
      assertTrue(optimum.overhead() <= best * (1 + 1e-12), at);
      assertTrue(
          optimum.levelOneCheckpoints() > 300 || optimum.overhead() >= best * (1 - 1e-12), at);
    }
  }

  /** A simulation that knows which checkpoint survives which failure. */
  @ParameterizedTest
  @CsvSource({
    // n, w, C1, M1, R1, D1, C2, M2, R2, D2
    "13, 524, 10, 14400, 10, 0, 300, 86400, 300, 0",
    "4, 60, 10, 200, 15, 5, 40, 500, 60, 5",
    "3, 40, 5, 150, 40, 10, 30, 200, 50, 25"
  })
  void breakdown_againstSimulation_agrees(
      int n,
      double w,
      double c1,
      double m1,
      double r1,
      double d1,
      double c2,
      double m2,
      double r2,
      double d2) {
    TwoLevelModel model =
        new TwoLevelModel(new Situation(c1, m1, r1, d1), new Situation(c2, m2, r2, d2));
    SplittableRandom random = new SplittableRandom(SEED);
    SummaryStatistics[] measured = new SummaryStatistics[6];
    for (int part = 0; part < measured.length; part++) {
      measured[part] = new SummaryStatistics();
    }
    int runs = 200_000;
    for (int run = 0; run < runs; run++) {
      double[] parts = simulatedPattern(model, n, w, random);
      for (int part = 0; part < parts.length; part++) {
        measured[part].addValue(parts[part]);
      }
    }
    Breakdown b = model.steadyBreakdown(n, w);
    double[] expected = {
      b.makespanSeconds(),
      b.usefulSeconds() + b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures()
    };
    for (int part = 0; part < expected.length; part++) {
      double error = 4 * measured[part].getStandardDeviation() / Math.sqrt(runs);
      assertEquals(expected[part], measured[part].getMean(), error, "part " + part + " " + SEED);
    }
  }

  /** Makespan, work (useful and lost), checkpoint, restart, down, failures. */
  private static double[] simulatedPattern(
      TwoLevelModel model, int n, double w, SplittableRandom random) {
    double[] spent = new double[6];
    int segment = 0;
    int restartLevel = 0;
    while (segment <= n) {
      double restart =
          switch (restartLevel) {
            case 1 -> model.level1().restartSeconds();
            case 2 -> model.level2().restartSeconds();
            default -> 0;
          };
      double work = restartLevel == 0 && segment < n ? w : 0;
      Situation level = segment < n ? model.level1() : model.level2();
      double cost = restartLevel == 0 ? level.costSeconds() : 0;
      double first = gap(random, model.level1());
      double second = gap(random, model.level2());
      double alive = Math.min(first, second);
      spent[3] += Math.min(alive, restart);
      spent[1] += Math.min(alive, work);
      spent[2] += Math.max(0, Math.min(alive - work, cost));
      if (alive > restart + work + cost) {
        segment = restartLevel == 0 ? segment + 1 : restartLevel == 2 ? 0 : segment;
        restartLevel = 0;
      } else {
        spent[4] +=
            first < second ? model.level1().downtimeSeconds() : model.level2().downtimeSeconds();
        spent[5]++;
        restartLevel = first < second && restartLevel != 2 ? 1 : 2;
      }
    }
    spent[0] = spent[1] + spent[2] + spent[3] + spent[4];
    return spent;
  }

  private static double gap(SplittableRandom random, Situation level) {
    return -Math.log1p(-random.nextDouble()) * level.mttfSeconds();
  }

  @Test
  void patternSeconds_whereLevelOneFailuresAreRare_isTheOneLevelSegment() {
    Situation two = new Situation(30, 3600, 60, 20);
    TwoLevelModel model = new TwoLevelModel(new Situation(1e-9, 1e15, 1, 1), two);
    double expected = SegmentModel.steadyBreakdown(400, two).makespanSeconds();
    assertEquals(expected, model.patternSeconds(1, 400), 1e-9 * expected);
    assertEquals(0, model.recommended().levelOneCheckpoints());
  }

  @Test
  void firstOrder_whereCostsAreShort_agreesWithExact() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      double mttf = RandomInputs.logUniform(random, 1, 1e9);
      double ratio = RandomInputs.logUniform(random, 1e-12, 1e-9);
      TwoLevelModel model =
          new TwoLevelModel(
              new Situation(ratio * mttf, mttf, 0, 0),
              new Situation(
                  ratio * mttf * RandomInputs.logUniform(random, 1, 100),
                  mttf * RandomInputs.logUniform(random, 1, 100),
                  0,
                  0));
      TwoLevelModel.Plan exact = model.optimum();
      TwoLevelModel.Plan first = model.firstOrder();
      String at = model + " " + exact + " " + first + " seed=" + SEED;
      assertEquals(exact.overhead(), first.overhead(), 1e-3 * exact.overhead(), at);
      assertEquals(exact.levelOneCheckpoints(), first.levelOneCheckpoints(), 1, at);
      double w = model.plan(first.levelOneCheckpoints()).workIntervalSeconds();
      assertEquals(w, first.workIntervalSeconds(), 1e-3 * w, at);
      boolean pays =
          Math.sqrt(model.level1().costSeconds() / model.level1().mttfSeconds())
                  + Math.sqrt(model.level2().costSeconds() / model.level2().mttfSeconds())
              < Math.sqrt(
                  (1 / model.level1().mttfSeconds() + 1 / model.level2().mttfSeconds())
                      * model.level2().costSeconds());
      double gain = exact.overhead() / model.levelTwoAlone().overhead();
      // The rule holds for fractional n; whole ones may lose what little there is to gain.
      assertTrue(pays == (gain < 1) || gain > 0.97, at + " gain=" + gain);
      assertEquals(gain < 1, model.recommended().levelOneCheckpoints() > 0, at);
    }
  }

  @Test
  void optimum_besideItsNeighboursAndAsInputsGrow_isLeastAndMonotone() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      TwoLevelModel model = randomModel(random, 1e-12, 100);
      TwoLevelModel.Plan plan = model.optimum();
      int n = plan.levelOneCheckpoints();
      double w = plan.workIntervalSeconds();
      double least = plan.overhead() * (1 - 1e-12);
      String at = model + " " + plan + " seed=" + SEED;
      assertTrue(w > 0 && Double.isFinite(w), at);
      assertTrue(plan.overhead() > 0 && plan.waste() > 0 && plan.waste() <= 1, at);
      assertTrue(model.overhead(n, w * 0.9) >= least && model.overhead(n, w * 1.1) >= least, at);
      assertTrue(model.plan(n + 1).overhead() >= least, at);
      assertTrue(n == 1 || model.plan(n - 1).overhead() >= least, at);
      assertTrue(model.recommended().overhead() <= plan.overhead(), at);
      assertTrue(grown(model, 1.1, 1, 1, 1).optimum().overhead() >= least, at);
      assertTrue(grown(model, 1, 1, 1.1, 1).optimum().overhead() >= least, at);
      double most = plan.overhead() * (1 + 1e-12);
      assertTrue(grown(model, 1, 1.1, 1, 1).optimum().overhead() <= most, at);
      assertTrue(grown(model, 1, 1, 1, 1.1).optimum().overhead() <= most, at);
    }
  }

  private static TwoLevelModel grown(
      TwoLevelModel model, double cost1, double mttf1, double cost2, double mttf2) {
    return new TwoLevelModel(
        grown(model.level1(), cost1, mttf1), grown(model.level2(), cost2, mttf2));
  }

  private static Situation grown(Situation s, double cost, double mttf) {
    return new Situation(
        s.costSeconds() * cost, s.mttfSeconds() * mttf, s.restartSeconds(), s.downtimeSeconds());
  }

  @Test
  void everything_beyondADouble_isInfinityAndNeverNaN() {
    for (double cost1 : new double[] {1e-9, 1, 1e6}) {
      for (double cost2 : new double[] {1e-9, 1, 1e6}) {
        for (double restart : new double[] {0, 1, 1e6}) {
          TwoLevelModel model =
              new TwoLevelModel(
                  new Situation(cost1, 10, restart, 1), new Situation(cost2, 100, restart, 1));
          TwoLevelModel.Plan plan = model.recommended();
          String at = model + " " + plan;
          assertTrue(plan.workIntervalSeconds() > 0, at);
          assertTrue(plan.waste() > 0 && plan.waste() <= 1, at);
          assertTrue(plan.patternSeconds() > 0, at);
          assertTrue(model.patternSeconds(5, 1e5) == Double.POSITIVE_INFINITY, at);
          assertTrue(model.overhead(1, Double.POSITIVE_INFINITY) == Double.POSITIVE_INFINITY, at);
        }
      }
    }
  }

  @Test
  void arguments_outsideTheirRange_areRefusedByName() {
    assertMessage("levelOneCheckpoints is 0: it must be 1 to 1000000000", () -> REFERENCE.plan(0));
    assertMessage("levelOneCheckpoints is -1", () -> REFERENCE.overhead(-1, 1));
    assertMessage("levelOneCheckpoints is 0", () -> REFERENCE.patternSeconds(0, 1));
    assertMessage("workIntervalSeconds is 0.0", () -> REFERENCE.patternSeconds(1, 0));
    assertMessage("workIntervalSeconds is NaN", () -> REFERENCE.overhead(1, Double.NaN));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }

  private static TwoLevelModel randomModel(
      SplittableRandom random, double ratioLow, double ratioHigh) {
    Situation one = RandomInputs.situation(random, ratioLow, ratioHigh);
    double mttf2 = one.mttfSeconds() * RandomInputs.logUniform(random, 0.3, 100);
    return new TwoLevelModel(
        one,
        new Situation(
            one.costSeconds() * RandomInputs.logUniform(random, 1, 100),
            mttf2,
            one.restartSeconds() * 2,
            random.nextBoolean() ? one.downtimeSeconds() : one.mttfSeconds() / 10));
  }
}
