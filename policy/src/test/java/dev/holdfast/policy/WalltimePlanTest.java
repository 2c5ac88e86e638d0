// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalltimePlanTest {
  private static final long SEED = 20260701;
  private static final double MINUTE = 60;

  /** Every way of cutting the steps that fit, tried: the first segment of the best, and its sum. */
  private record Cut(long firstSteps, double sum) {
    static Cut best(double left, double step, double cost, double mttf) {
      Cut best = new Cut(0, 0);
      for (long first = 1; first * step + cost <= left * (1 + 1e-12); first++) {
        double sum = value(first, left, step, cost, mttf);
        if (sum > best.sum) {
          best = new Cut(first, sum);
        }
      }
      return best;
    }

    static double value(long steps, double left, double step, double cost, double mttf) {
      double length = steps * step + cost;
      Cut rest = best(left - length, step, cost, mttf);
      return Math.exp(-length / mttf) * (steps * step + rest.sum);
    }
  }

  @Test
  void steps_of20MinutesWith25Left_areOne() {
    assertEquals(1, WalltimePlan.steps(25 * MINUTE, 20 * MINUTE, MINUTE, 86_400));
  }

  @ParameterizedTest
  @CsvSource({
    "21, 20, 1, 1", // fits to the second
    "20.9, 20, 1, 0", // does not
    "0, 20, 1, 0",
    "0.5, 20, 1, 0",
    "41, 20, 1, 2", // one checkpoint for both: a second would not fit
  })
  void steps_atTheEdge_fitWithTheirCheckpoint(
      double left, double step, double cost, long expected) {
    assertEquals(
        expected, WalltimePlan.steps(left * MINUTE, step * MINUTE, cost * MINUTE, 30 * 86_400));
  }

  @Test
  void steps_inRandomAllocations_equalBruteForce() {
    SplittableRandom random = new SplittableRandom(SEED);
    int several = 0;
    for (int i = 0; i < 400; i++) {
      double step = random.nextDouble(1, 2000);
      double left = random.nextDouble(0, 13 * step);
      double cost = step * Math.exp(random.nextDouble(Math.log(1e-3), Math.log(2)));
      double mttf = step * Math.exp(random.nextDouble(Math.log(0.5), Math.log(1e4)));
      Cut best = Cut.best(left, step, cost, mttf);
      long planned = WalltimePlan.steps(left, step, cost, mttf);
      String at = "left=" + left + " step=" + step + " C=" + cost + " M=" + mttf + " seed=" + SEED;
      assertEquals(best.firstSteps == 0, planned == 0, at);
      // Two cuts may be worth the same but for rounding; then either is right.
      double worth = planned == 0 ? 0 : Cut.value(planned, left, step, cost, mttf);
      assertEquals(best.sum, worth, 1e-12 * best.sum, at);
      assertTrue(planned * step + cost <= left * (1 + 1e-9) || planned == 0, at);
      several += planned > 0 && planned * step + cost < left - step - cost ? 1 : 0;
    }
    assertTrue(several > 50, "plans with a second segment: " + several);
  }

  @Test
  void steps_tooManyToEnumerate_areTheEqualSplitInWholeSteps() {
    double interval = ExactOptimum.workIntervalSeconds(60, 86_400);
    double work = WalltimePlan.equalSplitSeconds(36_000, 60, interval);
    assertEquals((long) Math.floor(work), WalltimePlan.steps(36_000, 1, 60, 86_400));
  }

  /** Both rules answer the same question where steps are fine, at 200 steps and at 201. */
  @Test
  void bothRules_whereTheyMeet_nearlyAgree() {
    double left = 40_000;
    double cost = 300;
    double mttf = 50_000;
    long fine = WalltimePlan.steps(left, (left - cost) / 200, cost, mttf);
    long finer = WalltimePlan.steps(left, (left - cost) / 201.5, cost, mttf);
    assertEquals(fine * (left - cost) / 200, finer * (left - cost) / 201.5, 0.05 * left);
  }

  @Test
  void equalSplit_endsWithTheAllocation() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      double cost = random.nextDouble(1, 100);
      double interval = cost * random.nextDouble(1, 100);
      double left = random.nextDouble(cost, 100 * interval);
      double remaining = left;
      int segments = 0;
      while (remaining > 1e-6 * left) {
        double work = WalltimePlan.equalSplitSeconds(remaining, cost, interval);
        assertTrue(work > 0, "seed=" + SEED + " case " + i);
        remaining -= work + cost;
        segments++;
      }
      assertEquals(0, remaining, 1e-6 * left);
      assertEquals(Math.max(1, Math.rint(left / (interval + cost))), segments);
    }
  }

  @Test
  void usable_leavesTheReserveAndASlowStep() {
    JobState now =
        JobState.of(new Situation(60, 86_400, 0, 0))
            .withAllocation(new JobState.Allocation(3600, 150))
            .withStep(new JobState.Step(100, 130));
    assertEquals(3600 - 90 - 30, WalltimePlan.usableSeconds(now));
    assertEquals(
        0, WalltimePlan.usableSeconds(now.withAllocation(new JobState.Allocation(100, 500))));
  }

  @Test
  void reserve_ofFewSamples_isTwiceTheSlowest() {
    assertEquals(8, WalltimePlan.reserveSeconds(4, 19));
    assertEquals(4, WalltimePlan.reserveSeconds(4, 20));
  }

  @Test
  void badInput_isRefusedByName() {
    for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> WalltimePlan.steps(bad, 1, 1, 1));
      assertThrows(IllegalArgumentException.class, () -> WalltimePlan.steps(1, bad, 1, 1));
      assertThrows(IllegalArgumentException.class, () -> WalltimePlan.steps(1, 1, bad, 1));
      assertThrows(IllegalArgumentException.class, () -> WalltimePlan.steps(1, 1, 1, bad));
    }
  }
}
