// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreemptionModelTest {
  private static final long SEED = 20180613;
  private static final double NEVER = Double.POSITIVE_INFINITY;

  @Test
  void workInterval_isTheExactOneOfTheEffectiveRateUpToTheLimit() {
    Situation s = new Situation(30, 360_000, 60, 10);
    PreemptionModel half = new PreemptionModel(s, 36_000, 0.5, 20, NEVER);
    assertEquals(1 / (1 / 360_000.0 + 0.5 / 36_000), half.effectiveMttfSeconds(), 1e-9);
    double w = ExactOptimum.workIntervalSeconds(30, half.effectiveMttfSeconds());
    assertEquals(w, half.workIntervalSeconds());
    PreemptionModel all = new PreemptionModel(s, 36_000, 1, 20, NEVER);
    assertEquals(ExactOptimum.workIntervalSeconds(30, 360_000), all.workIntervalSeconds(), 1e-9);
    PreemptionModel limited =
        new PreemptionModel(s, 36_000, 1, 20, PreemptionModel.LONGEST_INTERVAL_SECONDS);
    assertEquals(3600, limited.workIntervalSeconds());
  }

  @Test
  void everything_withoutNotices_isTheSegmentModelAtTheSumOfTheRates() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      Situation s = RandomInputs.situation(random, 1e-12, 10);
      double preemptionMttf = s.mttfSeconds() * RandomInputs.logUniform(random, 0.1, 10);
      PreemptionModel model = new PreemptionModel(s, preemptionMttf, 0, 5, NEVER);
      double mttf = 1 / (1 / s.mttfSeconds() + 1 / preemptionMttf);
      Situation sum = new Situation(s.costSeconds(), mttf, s.restartSeconds(), s.downtimeSeconds());
      double w = model.workIntervalSeconds();
      String at = model + " seed=" + SEED;
      assertEquals(ExactOptimum.workIntervalSeconds(s.costSeconds(), mttf), w, 1e-12 * w, at);
      Breakdown segment = SegmentModel.steadyBreakdown(w, sum);
      Breakdown stretch = model.steadyBreakdown(w);
      assertEquals(segment.waste(), stretch.waste(), 1e-12 * segment.waste(), at);
      double scale = Math.exp(-(w + s.costSeconds()) / mttf);
      double rework = segment.reworkSeconds() * scale;
      assertEquals(rework, stretch.reworkSeconds(), 1e-10 * rework, at);
      double failures = segment.failures() * scale;
      assertEquals(failures, stretch.failures(), 1e-10 * failures, at);
    }
  }

  /** A simulation that knows what a notice is, over one long job. */
  @ParameterizedTest
  @CsvSource({
    // C, M, R, D, preemption MTTF, q, Cp, w
    "30, 2000, 40, 15, 500, 0.8, 12, 250",
    "60, 900, 0, 0, 300, 0.5, 60, 100",
    "20, 5000, 100, 30, 200, 1, 0, 900"
  })
  void breakdown_againstSimulation_agrees(
      double c, double m, double r, double d, double preemption, double q, double cp, double w) {
    PreemptionModel model =
        new PreemptionModel(new Situation(c, m, r, d), preemption, q, cp, NEVER);
    SplittableRandom random = new SplittableRandom(SEED);
    int batches = 200;
    SummaryStatistics[] shares = new SummaryStatistics[6];
    for (int part = 0; part < shares.length; part++) {
      shares[part] = new SummaryStatistics();
    }
    double horizon = 300 * preemption;
    for (int batch = 0; batch < batches; batch++) {
      double[] spent = simulated(model, w, horizon, random);
      double total = spent[0] + spent[1] + spent[2] + spent[3] + spent[4];
      for (int part = 0; part < spent.length; part++) {
        shares[part].addValue(spent[part] / total);
      }
    }
    Breakdown b = model.steadyBreakdown(w);
    double[] expected = {
      b.usefulSeconds(),
      b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures()
    };
    for (int part = 0; part < expected.length; part++) {
      double share = expected[part] / b.makespanSeconds();
      // Batches begin with nothing at stake, which biases them by less than one part in 300.
      double error = 4 * shares[part].getStandardDeviation() / Math.sqrt(batches) + 0.002 * share;
      assertEquals(share, shares[part].getMean(), error, "part " + part + " seed " + SEED);
    }
    assertEquals(b.waste(), model.steadyWaste(w));
  }

  /** Useful work, lost work, checkpoint, restart, down, interruptions. */
  private static double[] simulated(
      PreemptionModel model, double w, double horizon, SplittableRandom random) {
    Situation s = model.situation();
    double[] spent = new double[6];
    double clock = 0;
    while (clock < horizon) {
      double failure = gap(random, s.mttfSeconds());
      double preemption = gap(random, model.preemptionMttfSeconds());
      double strike = Math.min(failure, preemption);
      double worked = Math.min(strike, w);
      double written = Math.min(strike - worked, s.costSeconds());
      clock += worked + written;
      spent[2] += written;
      boolean completed = strike > w + s.costSeconds();
      boolean caught =
          !completed && preemption < failure && random.nextDouble() < model.caughtProbability();
      spent[completed || caught ? 0 : 1] += worked;
      if (caught) {
        spent[2] += model.noticeCostSeconds();
        clock += model.noticeCostSeconds();
      }
      if (!completed) {
        clock += recover(model, spent, random);
      }
    }
    return spent;
  }

  private static double recover(PreemptionModel model, double[] spent, SplittableRandom random) {
    Situation s = model.situation();
    double seconds = 0;
    double strike = 0;
    do {
      spent[5]++;
      spent[4] += s.downtimeSeconds();
      strike = Math.min(gap(random, s.mttfSeconds()), gap(random, model.preemptionMttfSeconds()));
      double restarted = Math.min(strike, s.restartSeconds());
      spent[3] += restarted;
      seconds += s.downtimeSeconds() + restarted;
    } while (strike < s.restartSeconds());
    return seconds;
  }

  private static double gap(SplittableRandom random, double mttf) {
    return -Math.log1p(-random.nextDouble()) * mttf;
  }

  @Test
  void steadyWaste_whereEverythingIsShort_tendsToFirstOrder() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 500; i++) {
      double mttf = RandomInputs.logUniform(random, 1, 1e9);
      double ratio = RandomInputs.logUniform(random, 1e-14, 1e-10);
      Situation s =
          new Situation(ratio * mttf, mttf, ratio * mttf * 7, ratio * mttf * random.nextDouble());
      PreemptionModel model =
          new PreemptionModel(s, mttf / 5, random.nextDouble(), ratio * mttf * 3, NEVER);
      double w = model.workIntervalSeconds();
      double expected = model.firstOrderOverhead(w);
      double overhead = model.steadyBreakdown(w).overhead();
      assertEquals(expected, overhead, 1e-4 * expected, () -> model + " seed=" + SEED);
    }
  }

  /** The condition the Javadoc states for the exact optimum, against numerical minimisation. */
  @Test
  void exactOptimum_againstNumericalMinimisation_isWhereTheJavadocSays() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      PreemptionModel model = randomModel(random, 1e-5, 0.05, 0.9);
      double w = minimised(model);
      double l = 1 / model.situation().mttfSeconds() + 1 / model.preemptionMttfSeconds();
      double a = 1 / model.effectiveMttfSeconds();
      double x = l * w;
      double c = l * model.situation().costSeconds();
      String at = model + " w=" + w + " seed=" + SEED;
      assertEquals((l - a) / a * Math.expm1(c), x - 1 + Math.exp(-x - c), 2e-4 * x, at);
    }
  }

  /** What the interval loses against the optimum of the process, of which it is the first order. */
  @Test
  void workInterval_againstNumericalMinimisation_wastesHardlyMore() {
    SplittableRandom random = new SplittableRandom(SEED);
    double worst = 0;
    for (int i = 0; i < 500; i++) {
      PreemptionModel model = randomModel(random, 1e-8, 0.05, 0.9);
      double best = model.steadyBreakdown(minimised(model)).overhead();
      double w = model.workIntervalSeconds();
      worst = Math.max(worst, model.steadyBreakdown(w).overhead() / best - 1);
    }
    assertTrue(worst < 0.025, "worst " + worst + " seed=" + SEED);
  }

  private static double minimised(PreemptionModel model) {
    double middle = Math.log(model.workIntervalSeconds());
    return Math.exp(
        new BrentOptimizer(1e-11, 1e-11)
            .optimize(
                new MaxEval(500),
                GoalType.MINIMIZE,
                new UnivariateObjectiveFunction(
                    logW -> Math.log(model.steadyBreakdown(Math.exp(logW)).overhead())),
                new SearchInterval(middle - 3, middle + 3))
            .getPoint());
  }

  @Test
  void steadyWaste_whenThingsGetWorse_grows() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      PreemptionModel model = randomModel(random, 1e-12, 100, 1);
      double w = model.workIntervalSeconds();
      double waste = model.steadyWaste(w);
      String at = model + " w=" + w + " waste=" + waste + " seed=" + SEED;
      assertTrue(w > 0 && w <= model.effectiveMttfSeconds(), at);
      assertTrue(waste > 0 && waste <= 1, at);
      Situation s = model.situation();
      double q = model.caughtProbability();
      double cp = model.noticeCostSeconds();
      double preemption = model.preemptionMttfSeconds();
      Situation costlier =
          new Situation(
              s.costSeconds() * 1.1, s.mttfSeconds(), s.restartSeconds(), s.downtimeSeconds());
      Situation frailer =
          new Situation(
              s.costSeconds(), s.mttfSeconds() / 1.1, s.restartSeconds(), s.downtimeSeconds());
      double low = waste * (1 - 1e-12);
      assertTrue(new PreemptionModel(costlier, preemption, q, cp, NEVER).steadyWaste(w) >= low, at);
      assertTrue(new PreemptionModel(frailer, preemption, q, cp, NEVER).steadyWaste(w) >= low, at);
      assertTrue(new PreemptionModel(s, preemption, q, cp * 1.1, NEVER).steadyWaste(w) >= low, at);
    }
  }

  @Test
  void everything_atTheEdges_isANumber() {
    for (double q : new double[] {0, 0.5, 1}) {
      for (double restart : new double[] {0, 1, 1e6}) {
        Situation s = new Situation(1, 10, restart, 0);
        PreemptionModel model = new PreemptionModel(s, 5, q, 0, NEVER);
        for (double w : new double[] {1e-300, 1, 1e4, 1e300, NEVER}) {
          double waste = model.steadyWaste(w);
          assertTrue(waste > 0 && waste <= 1, model + " w=" + w + " waste=" + waste);
        }
        boolean lives = q > 0 && restart < 1e6;
        assertEquals(lives, model.steadyWaste(NEVER) < 1, model.toString());
      }
    }
  }

  @Test
  void estimateCaught_countsTheCostsThatFit() {
    double[] costs = {10, 20, 30, 115};
    assertEquals(0.75, PreemptionModel.estimateCaught(120, 10, costs));
    assertEquals(1, PreemptionModel.estimateCaught(120, 5, costs));
    assertEquals(0, PreemptionModel.estimateCaught(0, 0, costs));
  }

  @Test
  void arguments_outsideTheirRange_areRefusedByName() {
    Situation s = new Situation(1, 10, 0, 0);
    assertMessage("preemptionMttfSeconds is 0.0", () -> new PreemptionModel(s, 0, 0, 0, 1));
    assertMessage(
        "caughtProbability is 1.5: it must be a probability, 0 to 1",
        () -> new PreemptionModel(s, 1, 1.5, 0, 1));
    assertMessage("caughtProbability is NaN", () -> new PreemptionModel(s, 1, Double.NaN, 0, 1));
    assertMessage("noticeCostSeconds is -1.0", () -> new PreemptionModel(s, 1, 1, -1, 1));
    assertMessage("longestIntervalSeconds is 0.0", () -> new PreemptionModel(s, 1, 1, 0, 0));
    PreemptionModel model = new PreemptionModel(s, 1, 1, 0, 1);
    assertMessage("workIntervalSeconds is 0.0", () -> model.steadyWaste(0));
    assertMessage("workIntervalSeconds is Infinity", () -> model.firstOrderOverhead(NEVER));
    double[] none = {};
    assertMessage("costsSeconds is empty", () -> PreemptionModel.estimateCaught(1, 1, none));
    double[] bad = {1, -2};
    assertMessage("costsSeconds[1] is -2.0", () -> PreemptionModel.estimateCaught(1, 1, bad));
    assertMessage("noticeSeconds is -1.0", () -> PreemptionModel.estimateCaught(-1, 1, bad));
    assertMessage("marginSeconds is -1.0", () -> PreemptionModel.estimateCaught(1, -1, bad));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }

  private static PreemptionModel randomModel(
      SplittableRandom random, double ratioLow, double ratioHigh, double caughtMax) {
    Situation s = RandomInputs.situation(random, ratioLow, ratioHigh);
    return new PreemptionModel(
        s,
        s.mttfSeconds() * RandomInputs.logUniform(random, 0.1, 10),
        random.nextDouble() * caughtMax,
        s.costSeconds() * random.nextDouble(),
        NEVER);
  }
}
