// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RenewalModelTest {
  private static final long SEED = 20110101;
  private static final double MEAN = 86400;
  private static final double NEVER = Double.POSITIVE_INFINITY;

  @Test
  void steadyWaste_ofExponentialLaws_isThatOfTheSegmentModel() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      Situation s = randomSituation(random);
      double work =
          ExactOptimum.workIntervalSeconds(s.costSeconds(), MEAN) * logUniform(random, 0.01, 5);
      double expected = SegmentModel.steadyWaste(work, s);
      for (FailureLaw law : exponentials()) {
        String at = law + " " + s + " w=" + work + " seed=" + SEED;
        assertEquals(expected, model(law, s).steadyWaste(work), 1e-9 * expected, at);
        assertEquals(1 - expected, model(law, s).efficiency(work), 1e-12, at);
      }
    }
  }

  @Test
  void bestInterval_ofExponentialLaws_isTheExactOptimum() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 60; i++) {
      Situation s = randomSituation(random);
      double exact = ExactOptimum.workIntervalSeconds(s.costSeconds(), MEAN);
      double least = SegmentModel.steadyWaste(exact, s);
      for (FailureLaw law : exponentials()) {
        String at = law + " " + s + " seed=" + SEED;
        RenewalModel model = model(law, s);
        double best = model.bestIntervalSeconds();
        assertEquals(exact, best, 1e-4 * exact, at);
        assertEquals(least, model.steadyWaste(best), 1e-9 * least, at);
      }
    }
  }

  /** Every term of the series, as long as there is anything to add. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "weibull:0.3",
        "weibull:0.7",
        "weibull:3",
        "weibull:9.9",
        "gamma:0.3",
        "gamma:8",
        "gamma:99",
        "lognormal:0.011",
        "lognormal:0.5",
        "lognormal:1"
      })
  void efficiency_againstEveryTermOfTheSeries_agrees(String text) {
    FailureLaw law = FailureLaw.parse(text, MEAN);
    for (double restart : new double[] {0, 300}) {
      RenewalModel model = new RenewalModel(law, 20, restart, 60);
      for (double work : new double[] {400, 3000, 90_000}) {
        double sum = 0;
        double term = 1;
        for (int i = 1; i < 5_000_000 && term > 1e-15; i++) {
          term = law.survival(restart + i * (work + 20));
          sum += term;
        }
        double expected = work * sum / (law.meanSeconds() + 60);
        String at = model + " w=" + work;
        assertEquals(expected, model.efficiency(work), 1e-10 * expected + 1e-12, at);
        assertEquals(1 - expected, model.steadyWaste(work), 1e-10, at);
      }
    }
  }

  /** Sharp laws have many local optima; a fine scan cannot find a better one. */
  @ParameterizedTest
  @CsvSource({
    "weibull:0.4, 0.01",
    "weibull:9.9, 0.001",
    "gamma:99, 0.01",
    "lognormal:0.011, 0.001",
    "lognormal:0.05, 0.01",
    "lognormal:2.5, 0.01",
    "gamma:0.2, 1"
  })
  void bestInterval_againstAFineScan_isTheBest(String law, double ratio) {
    RenewalModel model = new RenewalModel(FailureLaw.parse(law, MEAN), ratio * MEAN, 600, 60);
    double best = model.bestIntervalSeconds();
    double waste = model.steadyWaste(best);
    for (double work = 60; work < 1e8; work *= 1.01) {
      assertTrue(model.steadyWaste(work) >= waste - 1e-12, model + " w=" + work + " best " + best);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 1e-6, 1e-3, 0.1, 2, 100})
  void everyQuantity_atTheExtremes_isNotNaNAndWithinItsRange(double ratio) {
    for (FailureLaw law : extremes()) {
      RenewalModel model = new RenewalModel(law, ratio * MEAN, 0.01 * MEAN, 0);
      double best = model.bestIntervalSeconds();
      double waste = model.steadyWaste(best);
      assertTrue(best > 0 && best < NEVER, model + " w=" + best);
      assertTrue(waste > 0 && waste <= 1, model + " waste=" + waste);
      for (double work : new double[] {1e-9, best / 2, best * 2, 1e4 * MEAN, 1e12 * MEAN, NEVER}) {
        double other = model.steadyWaste(work);
        assertTrue(other >= waste - 1e-12 && other <= 1, model + " w=" + work + " waste=" + other);
        double efficiency = model.efficiency(work);
        assertTrue(efficiency >= 0 && efficiency <= 1, model + " w=" + work);
        assertEquals(1, efficiency + other, 1e-9, model + " w=" + work);
      }
      Breakdown job = model.breakdown(3 * MEAN, Math.max(best, MEAN / 50));
      assertTrue(job.waste() >= 0 && job.waste() <= 1, model + " " + job);
      assertTrue(job.makespanSeconds() >= 3 * MEAN * (1 - 1e-12), model + " " + job);
      assertTrue(job.failures() >= 0, model + " " + job);
    }
  }

  @Test
  void breakdown_ofExponentialLaws_isThatOfTheSegmentModel() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 60; i++) {
      double cost = logUniform(random, 1e-5, 2) * MEAN;
      Situation s = new Situation(cost, MEAN, random.nextInt(3) * 1000, random.nextInt(2) * 100);
      double interval = ExactOptimum.workIntervalSeconds(cost, MEAN) * (0.5 + random.nextDouble());
      double work = interval * logUniform(random, 0.5, 200);
      Breakdown expected = SegmentModel.breakdown(work, interval, s);
      for (FailureLaw law : exponentials()) {
        Breakdown actual = model(law, s).breakdown(work, interval);
        String at = law + " " + s + " W=" + work + " w=" + interval + " seed=" + SEED;
        assertClose(expected.usefulSeconds(), actual.usefulSeconds(), at);
        assertClose(expected.reworkSeconds(), actual.reworkSeconds(), at);
        assertClose(expected.checkpointSeconds(), actual.checkpointSeconds(), at);
        assertClose(expected.restartSeconds(), actual.restartSeconds(), at);
        assertClose(expected.downSeconds(), actual.downSeconds(), at);
        assertClose(expected.failures(), actual.failures(), at);
        assertClose(expected.makespanSeconds(), actual.makespanSeconds(), at);
      }
    }
  }

  private static void assertClose(double expected, double actual, String at) {
    assertEquals(expected, actual, 1e-9 * expected, at);
  }

  /** A simulation that knows the rules of the model and none of its formulas. */
  @ParameterizedTest
  @CsvSource({
    "weibull:0.5, 3600, 400, 60, 120, 30, 10000",
    "gamma:0.6, 3600, 900, 200, 300, 0, 8000",
    "lognormal:1, 1800, 500, 60, 60, 30, 6000",
    "weibull:3, 1800, 300, 100, 0, 30, 6000"
  })
  void breakdown_againstSimulation_agrees(
      String text,
      double mean,
      double interval,
      double cost,
      double restart,
      double down,
      double work) {
    FailureLaw law = FailureLaw.parse(text, mean);
    RenewalModel model = new RenewalModel(law, cost, restart, down);
    RenewedJob job = new RenewedJob(model, work, interval, new SplittableRandom(SEED));
    int runs = 20_000;
    SummaryStatistics[] measured = new SummaryStatistics[6];
    for (int part = 0; part < measured.length; part++) {
      measured[part] = new SummaryStatistics();
    }
    for (int run = 0; run < runs; run++) {
      double[] parts = job.run();
      for (int part = 0; part < parts.length; part++) {
        measured[part].addValue(parts[part]);
      }
    }
    Breakdown b = model.breakdown(work, interval);
    double[] means = {
      b.makespanSeconds(),
      b.usefulSeconds() + b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures()
    };
    assertEquals(work, b.usefulSeconds(), 1e-9 * work);
    for (int part = 0; part < means.length; part++) {
      double error = 4 * measured[part].getStandardDeviation() / Math.sqrt(runs) + 1e-9 * work;
      assertEquals(means[part], measured[part].getMean(), error, text + " " + part + " " + SEED);
    }
  }

  /** No single checkpoint of the schedule can be moved to advantage, and equal ones are worse. */
  @ParameterizedTest
  @ValueSource(strings = {"weibull:0.5", "weibull:2", "gamma:0.5", "gamma:3", "lognormal:1"})
  void bestAperiodic_besideItsNeighbours_savesMost(String text) {
    FailureLaw law = FailureLaw.parse(text, MEAN);
    RenewalModel model = new RenewalModel(law, 600, 300, 60);
    AperiodicSchedule schedule = model.bestAperiodic(50);
    double periodic = model.steadyWaste(model.bestIntervalSeconds());
    assertTrue(schedule.waste() < periodic, text + " " + schedule.waste() + " " + periodic);
    double[] intervals =
        schedule.firstWorkIntervalsSeconds().stream().mapToDouble(w -> w).toArray();
    double saved = saved(model, intervals);
    for (int i = 0; i < 20; i++) {
      for (double factor : new double[] {0.98, 1.02}) {
        double[] moved = intervals.clone();
        moved[i] *= factor;
        // The checkpoints after the one moved stay where they are.
        moved[i + 1] -= moved[i] - intervals[i];
        assertTrue(saved(model, moved) < saved, text + " interval " + i + " times " + factor);
      }
    }
  }

  private static double saved(RenewalModel model, double[] intervals) {
    double age = model.restartSeconds();
    double saved = 0;
    for (double work : intervals) {
      age += work + model.costSeconds();
      saved += work * model.law().survival(age);
    }
    return saved;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-5, 1e-3, 0.1, 2, 100})
  void bestAperiodic_atTheExtremes_isNoWorseThanEqualIntervals(double ratio) {
    for (String text : List.of("weibull:0.11", "weibull:9.9", "gamma:99", "lognormal:0.011")) {
      FailureLaw law = FailureLaw.parse(text, MEAN);
      RenewalModel model = new RenewalModel(law, ratio * MEAN, 300, 60);
      AperiodicSchedule schedule = model.bestAperiodic(3);
      double periodic = model.steadyWaste(model.bestIntervalSeconds());
      String at = model + " " + schedule + " periodic " + periodic;
      assertTrue(schedule.waste() <= periodic + 1e-9 && schedule.waste() >= 0, at);
      assertTrue(schedule.firstWorkIntervalsSeconds().getFirst() > 0, at);
    }
    RenewalModel memoryless = new RenewalModel(new Weibull(1, MEAN), ratio * MEAN, 300, 60);
    AperiodicSchedule schedule = memoryless.bestAperiodic(1);
    double exact = ExactOptimum.workIntervalSeconds(ratio * MEAN, MEAN);
    assertEquals(exact, schedule.firstWorkIntervalsSeconds().getFirst(), 1e-4 * exact);
    assertEquals(memoryless.steadyWaste(exact), schedule.waste(), 1e-9);
  }

  @Test
  void renewalModel_outsideItsRange_refusesByName() {
    RenewalModel model = new RenewalModel(new Weibull(0.7, MEAN), 1e-3, 0, 0);
    assertMessage("costSeconds is 0.0", () -> new RenewalModel(model.law(), 0, 0, 0));
    assertMessage("restartSeconds is -1.0", () -> new RenewalModel(model.law(), 1, -1, 0));
    assertMessage("downtimeSeconds is NaN", () -> new RenewalModel(model.law(), 1, 0, Double.NaN));
    assertMessage("workIntervalSeconds is 0.0", () -> model.steadyWaste(0));
    assertMessage("count is 0: it must be 1 or more", () -> model.bestAperiodic(0));
    assertMessage("needs at least 1.0E-5 of the mean lifetime", () -> model.bestAperiodic(1));
    assertMessage(
        "the job has 20001 segments: with a weibull law it can have 20000 at most",
        () -> model.breakdown(20_001, 1));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }

  private static List<FailureLaw> exponentials() {
    return List.of(new Exponential(MEAN), new Weibull(1, MEAN), new Gamma(1, MEAN));
  }

  private static List<FailureLaw> extremes() {
    return List.of(
        Weibull.ofMean(0.11, MEAN),
        Weibull.ofMean(9.9, MEAN),
        Gamma.ofMean(0.11, MEAN),
        Gamma.ofMean(99, MEAN),
        LogNormal.ofMean(0.011, MEAN),
        LogNormal.ofMean(4.9, MEAN));
  }

  private static RenewalModel model(FailureLaw law, Situation s) {
    return new RenewalModel(law, s.costSeconds(), s.restartSeconds(), s.downtimeSeconds());
  }

  private static Situation randomSituation(SplittableRandom random) {
    return new Situation(
        logUniform(random, 1e-12, 100) * MEAN,
        MEAN,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * MEAN,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * MEAN);
  }

  private static double logUniform(SplittableRandom random, double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }
}
