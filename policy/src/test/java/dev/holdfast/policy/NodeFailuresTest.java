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
import org.junit.jupiter.params.provider.ValueSource;

class NodeFailuresTest {
  private static final long SEED = 19890101;
  private static final double YEAR = 365 * 86400.0;

  @Test
  void everyQuantity_ofExponentialNodes_isThatOfAPoissonProcess() {
    NodeFailures job = new NodeFailures(new Exponential(5 * YEAR), 1000);
    double mttf = 5 * YEAR / 1000;
    assertEquals(mttf, job.steadyMttfSeconds(), 1e-9 * mttf);
    for (double age : new double[] {0, YEAR}) {
      assertEquals(mttf, job.firstFailureMeanSeconds(age), 1e-9 * mttf);
      assertEquals(-2, job.logSurvival(2 * mttf, age), 1e-9);
      assertEquals(1 / mttf, job.hazard(age), 1e-9 / mttf);
    }
    for (double time : new double[] {mttf, YEAR, 20 * YEAR}) {
      assertEquals(time / mttf, job.expectedFailures(time), 1e-4 * time / mttf);
      assertEquals(1, job.earlyRateFactor(time), 1e-4);
      assertEquals(mttf, job.earlyMttfSeconds(time), 1e-4 * mttf);
    }
  }

  /** The minimum of p Weibulls is a Weibull with its scale divided by {@code p^(1/k)}. */
  @ParameterizedTest
  @ValueSource(doubles = {0.11, 0.5, 0.7, 2, 9.9})
  void firstFailure_ofNewWeibullNodes_hasTheClosedMean(double shape) {
    for (int nodes : new int[] {1, 10, 100_000}) {
      NodeFailures job = new NodeFailures(Weibull.ofMean(shape, YEAR), nodes);
      double expected = YEAR * Math.pow(nodes, -1 / shape);
      assertEquals(expected, job.firstFailureMeanSeconds(0), 1e-8 * expected, "nodes " + nodes);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "weibull:0.7, 20, 0, 0.02",
    "weibull:0.7, 20, 0.5, 0.5",
    "weibull:2, 20, 0, 0.3",
    "gamma:0.5, 10, 0, 1",
    "lognormal:1, 30, 0.2, 3"
  })
  void failures_againstSimulation_agree(String text, int nodes, double age, double time) {
    FailureLaw law = FailureLaw.parse(text, 1);
    NodeFailures job = new NodeFailures(law, nodes);
    SplittableRandom random = new SplittableRandom(SEED);
    SummaryStatistics first = new SummaryStatistics();
    SummaryStatistics count = new SummaryStatistics();
    for (int run = 0; run < 4000; run++) {
      double soonest = Double.POSITIVE_INFINITY;
      int failures = 0;
      for (int node = 0; node < nodes; node++) {
        double old = law.inverseSurvival(law.survival(age) * (1 - random.nextDouble())) - age;
        soonest = Math.min(soonest, old);
        double at = law.inverseSurvival(1 - random.nextDouble());
        while (at < time) {
          failures++;
          at += law.inverseSurvival(1 - random.nextDouble());
        }
      }
      first.addValue(soonest);
      count.addValue(failures);
    }
    String at = text + " seed " + SEED;
    assertNear(first, job.firstFailureMeanSeconds(age), at);
    assertNear(count, job.expectedFailures(time), at);
    assertEquals(time / job.earlyMttfSeconds(time), job.expectedFailures(time), 1e-9);
  }

  private static void assertNear(SummaryStatistics measured, double expected, String at) {
    double error = 4 * measured.getStandardDeviation() / Math.sqrt((double) measured.getN());
    assertEquals(expected, measured.getMean(), error + 2e-3 * expected, at);
  }

  @Test
  void earlyRate_ofNewNodes_isHighWithInfantMortalityAndLowWithWear() {
    double day = 86400;
    NodeFailures infancy = new NodeFailures(Weibull.ofMean(0.7, 5 * YEAR), 10_000);
    NodeFailures wear = new NodeFailures(Weibull.ofMean(2, 5 * YEAR), 10_000);
    assertTrue(infancy.earlyRateFactor(10 * day) > 4, "" + infancy.earlyRateFactor(10 * day));
    assertTrue(wear.earlyRateFactor(10 * day) < 0.1, "" + wear.earlyRateFactor(10 * day));
    // In the long run the start makes a difference of one failure per node at most.
    assertEquals(1, infancy.earlyRateFactor(500 * YEAR), 0.02);
    assertEquals(1, wear.earlyRateFactor(500 * YEAR), 0.02);
  }

  @Test
  void everyQuantity_atTheExtremes_isNotNaN() {
    for (String text : new String[] {"weibull:0.11", "weibull:9.9", "gamma:99", "lognormal:4.9"}) {
      for (int nodes : new int[] {1, 1_000_000}) {
        NodeFailures job = new NodeFailures(FailureLaw.parse(text, YEAR), nodes);
        for (double time : new double[] {1e-3, 86400, 3 * YEAR}) {
          String at = job + " within " + time;
          double failures = job.expectedFailures(time);
          assertTrue(failures >= 0 && failures < Double.POSITIVE_INFINITY, at + " " + failures);
          assertTrue(job.logSurvival(time, 0) <= 0, at);
          double first = job.firstFailureMeanSeconds(time);
          assertTrue(first > 0 && first < Double.POSITIVE_INFINITY, at + " " + first);
        }
      }
    }
  }

  @Test
  void nodeFailures_outsideTheirRange_refuseByName() {
    NodeFailures job = new NodeFailures(new Exponential(1), 1);
    assertMessage("nodes is 0: it must be 1 or more", () -> new NodeFailures(job.nodeLaw(), 0));
    assertMessage("seconds is 0.0", () -> job.expectedFailures(0));
    assertMessage("nodeAgeSeconds is Infinity", () -> job.logSurvival(1, 1 / 0.0));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }
}
