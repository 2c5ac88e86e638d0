// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentModelTest {
  private static final long SEED = 19740901;
  private static final double NEVER = Double.POSITIVE_INFINITY;

  static List<ReferenceRow> rows() {
    return ReferenceRow.exponential();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void makespan_addedUpFromItsParts_equalsTheClosedForm(ReferenceRow row) {
    Situation s = row.situation();
    double work = row.workSeconds();
    for (double interval : new double[] {s.mttfSeconds() / 50, s.mttfSeconds() / 3, NEVER}) {
      double expected = closedForm(work, interval, s);
      assertEquals(expected, SegmentModel.makespanSeconds(work, interval, s), 1e-11 * expected);
    }
  }

  private static double closedForm(double work, double interval, Situation s) {
    double m = s.mttfSeconds();
    double full = interval == NEVER ? 0 : Math.ceil(work / interval) - 1;
    double last = full == 0 ? work : work - full * interval;
    double growth =
        (full == 0 ? 0 : full * Math.expm1((interval + s.costSeconds()) / m))
            + Math.expm1(last / m);
    return Math.exp(s.restartSeconds() / m) * (m + s.downtimeSeconds()) * growth;
  }

  @Test
  void steadyWaste_ofManySegments_isTheirWaste() {
    Situation s = new Situation(60, 3600, 60, 30);
    Breakdown million = SegmentModel.breakdown(600 * 1e6, 600, s);
    assertEquals(million.waste(), SegmentModel.steadyWaste(600, s), 1e-6);
    double segment = Math.exp(60 / 3600.0) * (3600 + 30) * Math.expm1(660 / 3600.0);
    assertEquals(1 - 600 / segment, SegmentModel.steadyWaste(600, s), 1e-14);
  }

  /** First order for w << M: C/w + w/2M, which 1 - w/E could not resolve at these sizes. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 1e-12, 1e-16})
  void steadyWaste_asCostVanishes_tendsToFirstOrder(double ratio) {
    double mttf = 86400;
    double cost = ratio * mttf;
    double interval = Young.workIntervalSeconds(cost, mttf);
    double waste = SegmentModel.steadyWaste(interval, new Situation(cost, mttf, 0, 0));
    double firstOrder = Math.sqrt(2 * ratio);
    assertEquals(firstOrder, waste, firstOrder * (firstOrder + 1e-14));
  }

  @Test
  void makespan_whenIntervalDividesWork_countsNoExtraSegment() {
    Situation s = new Situation(1, 1000, 0, 0);
    double tenth = 0.1; // 1.1 / 0.1 is a little more than 11
    double checkpoints =
        SegmentModel.breakdown(1.1, tenth, s).checkpointSeconds()
            / SegmentModel.breakdown(0.2, tenth, s).checkpointSeconds();
    assertEquals(10, checkpoints, 1e-9);
  }

  @Test
  void makespan_beyondADouble_isInfinityAndNeverNaN() {
    double[] restarts = {0, 50, 1e6};
    double[] downtimes = {0, 10};
    for (double restart : restarts) {
      for (double downtime : downtimes) {
        for (double cost : new double[] {1e-3, 400, 1e5}) {
          Situation s = new Situation(cost, 100, restart, downtime);
          for (double work : new double[] {1e-3, 70_001, 1e12}) {
            for (double interval : new double[] {1e-3, 99, 69_999, 70_001, NEVER}) {
              assertNoNaN(work, interval, s);
            }
          }
        }
      }
    }
    Situation s = new Situation(1, 100, 0, 0);
    assertEquals(NEVER, SegmentModel.makespanSeconds(1e6, 70_000, s));
    assertEquals(NEVER, SegmentModel.standardDeviationSeconds(1e6, 70_000, s));
    assertEquals(1, SegmentModel.steadyWaste(70_000, s));
    assertEquals(1, SegmentModel.steadyWaste(NEVER, s));
    assertTrue(Double.isFinite(SegmentModel.makespanSeconds(1e6, 69_000, s)));
    assertTrue(Double.isFinite(SegmentModel.standardDeviationSeconds(1e6, 69_000, s)));
  }

  private static void assertNoNaN(double work, double interval, Situation s) {
    Breakdown b = SegmentModel.breakdown(work, interval, s);
    Optimum optimum = ExactOptimum.forJob(work, s);
    String at = s + " W=" + work + " w=" + interval + " " + b + " " + optimum;
    assertTrue(b.waste() >= 0 && b.waste() <= 1, at);
    assertTrue(optimum.waste() >= 0 && optimum.waste() <= 1, at);
    double[] values = {
      b.makespanSeconds(),
      b.usefulSeconds(),
      b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures(),
      SegmentModel.standardDeviationSeconds(work, interval, s),
      SegmentModel.steadyWaste(interval, s),
      optimum.makespanSeconds(),
      optimum.standardDeviationSeconds()
    };
    for (double value : values) {
      assertFalse(Double.isNaN(value), at);
      assertTrue(value >= 0, at);
    }
  }

  /** A simulation that knows the rules of the model and none of its formulas. */
  @ParameterizedTest
  @ValueSource(strings = {"E29", "E15", "E22"})
  void breakdownAndDeviation_againstSimulation_agree(String id) {
    ReferenceRow row =
        rows().stream().filter(r -> r.text("id").equals(id)).findFirst().orElseThrow();
    Situation s = row.situation();
    double work = row.workSeconds();
    double interval = Daly.higherOrder(s.costSeconds(), s.mttfSeconds());
    Breakdown expected = SegmentModel.breakdown(work, interval, s);
    SimulatedJob job = new SimulatedJob(work, interval, s, new SplittableRandom(SEED));
    SummaryStatistics[] measured = new SummaryStatistics[6];
    for (int part = 0; part < measured.length; part++) {
      measured[part] = new SummaryStatistics();
    }
    for (int run = 0; run < 20_000; run++) {
      double[] parts = job.run();
      for (int part = 0; part < parts.length; part++) {
        measured[part].addValue(parts[part]);
      }
    }
    double[] means = {
      expected.makespanSeconds(),
      expected.usefulSeconds() + expected.reworkSeconds(),
      expected.checkpointSeconds(),
      expected.restartSeconds(),
      expected.downSeconds(),
      expected.failures()
    };
    for (int part = 0; part < means.length; part++) {
      double error = 4 * measured[part].getStandardDeviation() / Math.sqrt(20_000);
      assertEquals(means[part], measured[part].getMean(), error, id + " part " + part + " " + SEED);
    }
    double deviation = SegmentModel.standardDeviationSeconds(work, interval, s);
    assertEquals(
        deviation, measured[0].getStandardDeviation(), 0.03 * deviation, id + " seed " + SEED);
  }
}
