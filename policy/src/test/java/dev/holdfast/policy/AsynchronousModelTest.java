// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AsynchronousModelTest {
  private static final long SEED = 19970801;
  private static final double NEVER = Double.POSITIVE_INFINITY;

  /** The sum of the parts against the closed form, which has none of them. */
  @Test
  void steadyBreakdown_addedUp_isVaidyasExpectedTime() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      AsynchronousModel model = randomModel(random, 1e-6, 1);
      Situation s = model.situation();
      double m = s.mttfSeconds();
      double w = model.workIntervalSeconds() * RandomInputs.logUniform(random, 1, 4);
      double flightWork = model.leastWorkIntervalSeconds();
      double expected =
          (m + s.downtimeSeconds())
              * Math.exp((s.restartSeconds() + flightWork) / m)
              * Math.expm1((w + s.costSeconds()) / m);
      Breakdown b = model.steadyBreakdown(w);
      String at = model + " w=" + w + " " + b + " seed=" + SEED;
      assertEquals(expected, b.makespanSeconds(), 1e-12 * expected, at);
      assertEquals(w, b.usefulSeconds(), 1e-15 * w, at);
      assertTrue(b.reworkSeconds() >= 0, at);
      double failures = (b.makespanSeconds() - b.downSeconds()) / m;
      assertEquals(failures, b.failures(), 1e-11 * failures, at);
    }
  }

  /** The physical process, finite job: every part, and the deviation. */
  @ParameterizedTest
  @CsvSource({
    // C, L, M, R, D, W, w
    "20, 100, 600, 40, 15, 2000, 180",
    "20, 100, 600, 40, 15, 2040, 180",
    "50, 50, 600, 40, 15, 1000, 250",
    "1, 300, 900, 60, 0, 3000, 299",
    "30, 120, 400, 0, 30, 700, 300",
    "30, 120, 400, 10, 30, 80, 300"
  })
  void breakdownAndDeviation_againstSimulation_agree(
      double c, double latency, double m, double r, double d, double work, double interval) {
    AsynchronousModel model = new AsynchronousModel(new Situation(c, m, r, d), latency);
    SimulatedAsynchronousJob job =
        new SimulatedAsynchronousJob(work, interval, model, new SplittableRandom(SEED));
    SummaryStatistics[] measured = new SummaryStatistics[6];
    for (int part = 0; part < measured.length; part++) {
      measured[part] = new SummaryStatistics();
    }
    int runs = 100_000;
    for (int run = 0; run < runs; run++) {
      double[] parts = job.run();
      for (int part = 0; part < parts.length; part++) {
        measured[part].addValue(parts[part]);
      }
    }
    Breakdown b = model.breakdown(work, interval);
    assertEquals(work, b.usefulSeconds(), 1e-12 * work);
    double[] expected = {
      b.makespanSeconds(),
      b.usefulSeconds() + b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures()
    };
    for (int part = 0; part < expected.length; part++) {
      double error = 4 * measured[part].getStandardDeviation() / Math.sqrt(runs) + 1e-9;
      assertEquals(expected[part], measured[part].getMean(), error, "part " + part + " " + SEED);
    }
    double deviation = model.standardDeviationSeconds(work, interval);
    assertEquals(deviation, measured[0].getStandardDeviation(), 0.02 * deviation, "seed " + SEED);
  }

  @Test
  void everything_whenTheLatencyIsTheOverhead_isTheBlockingModel() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 500; i++) {
      Situation s = RandomInputs.situation(random);
      AsynchronousModel model = new AsynchronousModel(s, s.costSeconds());
      double best = ExactOptimum.workIntervalSeconds(s.costSeconds(), s.mttfSeconds());
      double w = best * RandomInputs.logUniform(random, 0.3, 3);
      double work = best * RandomInputs.logUniform(random, 0.3, 30);
      String at = s + " w=" + w + " W=" + work + " seed=" + SEED;
      assertEquals(best, model.workIntervalSeconds(), at);
      assertClose(SegmentModel.steadyBreakdown(w, s), model.steadyBreakdown(w), at);
      assertClose(SegmentModel.breakdown(work, w, s), model.breakdown(work, w), at);
      double deviation = SegmentModel.standardDeviationSeconds(work, w, s);
      double same = model.standardDeviationSeconds(work, w);
      assertTrue(close(deviation, same, 1e-7), at + " " + deviation + " " + same);
      Optimum blocking = ExactOptimum.forJob(work, s);
      Optimum optimum = model.forJob(work);
      assertTrue(close(blocking.makespanSeconds(), optimum.makespanSeconds(), 1e-11), at);
    }
  }

  private static void assertClose(Breakdown expected, Breakdown actual, String at) {
    String message = at + " " + expected + " " + actual;
    assertTrue(close(expected.makespanSeconds(), actual.makespanSeconds(), 1e-11), message);
    assertTrue(close(expected.reworkSeconds(), actual.reworkSeconds(), 1e-9), message);
    assertTrue(close(expected.checkpointSeconds(), actual.checkpointSeconds(), 1e-11), message);
    assertTrue(close(expected.restartSeconds(), actual.restartSeconds(), 1e-9), message);
    assertTrue(close(expected.downSeconds(), actual.downSeconds(), 1e-9), message);
    assertTrue(close(expected.failures(), actual.failures(), 1e-9), message);
    assertTrue(close(expected.waste(), actual.waste(), 1e-9), message);
  }

  private static boolean close(double a, double b, double relative) {
    return a == b || Math.abs(a - b) <= relative * Math.abs(a);
  }

  @Test
  void workInterval_besideItsNeighbours_wastesLeast() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      AsynchronousModel model = randomModel(random, 1e-12, 100);
      double w = model.workIntervalSeconds();
      double waste = model.steadyWaste(w);
      String at = model + " w=" + w + " waste=" + waste + " seed=" + SEED;
      assertTrue(w >= model.leastWorkIntervalSeconds(), at);
      assertTrue(waste > 0 && waste <= 1, at);
      assertTrue(model.steadyWaste(w * 0.9) >= waste * (1 - 1e-13), at);
      assertTrue(model.steadyWaste(w * 1.1) >= waste * (1 - 1e-13), at);
    }
  }

  @Test
  void workInterval_whenTheFlightIsLongerThanTheOptimum_isTheFlight() {
    AsynchronousModel model = new AsynchronousModel(new Situation(1, 10_000, 0, 0), 600);
    assertEquals(599, model.workIntervalSeconds());
    assertEquals(model.steadyBreakdown(599), model.steadyBreakdown(10));
    assertEquals(model.breakdown(1e5, 599), model.breakdown(1e5, 10));
  }

  /** First order of the overhead: C/w + (R + D + L - C + w/2) / M. */
  @Test
  void steadyWaste_asCostVanishes_tendsToFirstOrder() {
    double mttf = 1e9;
    AsynchronousModel model = new AsynchronousModel(new Situation(1e-3, mttf, 7, 3), 5);
    double w = model.workIntervalSeconds();
    double overhead = 1e-3 / w + (7 + 3 + 5 - 1e-3 + w / 2) / mttf;
    assertEquals(overhead, model.steadyWaste(w), 2e-6 * overhead);
  }

  @Test
  void forJob_againstBruteForceOverSegments_isTheBest() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      AsynchronousModel model = randomModel(random, 1e-4, 0.5);
      double work = model.workIntervalSeconds() * RandomInputs.logUniform(random, 0.1, 60);
      Optimum optimum = model.forJob(work);
      double best = model.breakdown(work, NEVER).makespanSeconds();
      for (int k = 2; k <= 200; k++) {
        double equal = (work - model.latencySeconds()) / k;
        best = Math.min(best, makespanOfSegments(k, Math.max(equal, 0), work, model));
        best = Math.min(best, makespanOfSegments(k, work / k, work, model));
        best = Math.min(best, makespanOfSegments(k, model.leastWorkIntervalSeconds(), work, model));
      }
      for (int any = 0; any < 20; any++) {
        double w = model.workIntervalSeconds() * RandomInputs.logUniform(random, 0.2, 5);
        best = Math.min(best, model.breakdown(work, w).makespanSeconds());
      }
      String at = model + " W=" + work + " " + optimum + " seed=" + SEED;
      assertEquals(best, optimum.makespanSeconds(), 1e-11 * best, at);
      assertEquals(work, optimum.breakdown().usefulSeconds(), 1e-11 * work, at);
      assertTrue(
          optimum.segments() == 1
              || optimum.segmentWorkSeconds() >= model.leastWorkIntervalSeconds(),
          at);
    }
  }

  /** Stage by stage, written down without the code under test; never if it does not fit. */
  private static double makespanOfSegments(
      int segments, double w, double work, AsynchronousModel model) {
    Situation s = model.situation();
    double m = s.mttfSeconds();
    double flightWork = model.leastWorkIntervalSeconds();
    double last = work - flightWork - (segments - 1) * w;
    if (w <= 0 || w < flightWork || last < 0) {
      return NEVER;
    }
    double again = Math.exp(flightWork / m);
    return Math.exp(s.restartSeconds() / m)
        * (m + s.downtimeSeconds())
        * (Math.expm1((w + model.latencySeconds()) / m)
            + (segments - 2) * again * Math.expm1((w + s.costSeconds()) / m)
            + again * Math.expm1(last / m));
  }

  @Test
  void steadyWaste_whenOverheadLatencyOrMttfGrows_isMonotone() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      AsynchronousModel model = randomModel(random, 1e-10, 10);
      Situation s = model.situation();
      double latency = model.latencySeconds();
      double waste = leastWaste(s, latency);
      String at = model + " seed=" + SEED;
      assertTrue(leastWaste(s, latency * 1.1) >= waste * (1 - 1e-13), at);
      assertTrue(leastWaste(with(s, 1, 1.1), latency) <= waste * (1 + 1e-13), at);
      // Where the flight binds, a faster flight lengthens the interval, which may cost more.
      boolean binds = model.workIntervalSeconds() <= latency;
      assertTrue(binds || leastWaste(with(s, 0.9, 1), latency) <= waste * (1 + 1e-13), at);
    }
  }

  private static double leastWaste(Situation s, double latency) {
    AsynchronousModel model = new AsynchronousModel(s, latency);
    return model.steadyWaste(model.workIntervalSeconds());
  }

  private static Situation with(Situation s, double costFactor, double mttfFactor) {
    return new Situation(
        s.costSeconds() * costFactor,
        s.mttfSeconds() * mttfFactor,
        s.restartSeconds(),
        s.downtimeSeconds());
  }

  @Test
  void everything_beyondADouble_isInfinityAndNeverNaN() {
    for (double latency : new double[] {1, 50, 1e4, 1e6}) {
      for (double restart : new double[] {0, 1e5}) {
        AsynchronousModel model = new AsynchronousModel(new Situation(1, 10, restart, 0), latency);
        for (double w : new double[] {1e-3, 5, 7_001, 1e9, NEVER}) {
          double waste = model.steadyWaste(w);
          assertTrue(waste > 0 && waste <= 1, model + " w=" + w);
          for (double work : new double[] {1e-3, 40, 7_500, 1e6}) {
            Breakdown b = model.breakdown(work, w);
            Optimum optimum = model.forJob(work);
            String at = model + " w=" + w + " W=" + work + " " + b + " " + optimum;
            assertTrue(b.makespanSeconds() >= work, at);
            assertTrue(b.reworkSeconds() >= 0 && b.failures() >= 0, at);
            assertTrue(model.standardDeviationSeconds(work, w) >= 0, at);
            assertTrue(optimum.makespanSeconds() >= work, at);
            assertTrue(optimum.standardDeviationSeconds() >= 0, at);
          }
        }
      }
    }
    AsynchronousModel slow = new AsynchronousModel(new Situation(1, 10, 0, 0), 50);
    assertEquals(1, slow.steadyWaste(NEVER));
    assertEquals(NEVER, slow.breakdown(1e6, NEVER).makespanSeconds());
  }

  @Test
  void latency_belowTheOverheadOrNotFinite_isRefusedByName() {
    Situation s = new Situation(30, 3600, 0, 0);
    for (double latency : new double[] {29, -1, Double.NaN, NEVER}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new AsynchronousModel(s, latency))
              .getMessage();
      assertEquals(
          "latencySeconds is "
              + latency
              + ": it must be a finite number of seconds, at least the costSeconds 30.0",
          message);
    }
  }

  private static AsynchronousModel randomModel(
      SplittableRandom random, double ratioLow, double ratioHigh) {
    Situation s = RandomInputs.situation(random, ratioLow, ratioHigh);
    return new AsynchronousModel(
        s, s.costSeconds() * (random.nextBoolean() ? 1 : RandomInputs.logUniform(random, 1, 30)));
  }
}
