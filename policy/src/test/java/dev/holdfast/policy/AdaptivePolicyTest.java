// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.JobState.Allocation;
import dev.holdfast.policy.JobState.Exposure;
import dev.holdfast.policy.JobState.Step;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdaptivePolicyTest {
  private static final double DAY = 86_400;
  private static final JobState NEW = JobState.of(new Situation(60, DAY, 0, 0));
  private static final CheckpointPolicy ADAPTIVE = CheckpointPolicy.adaptive();

  private static JobState seen(double days, long failures) {
    return NEW.withExposure(new Exposure(days * DAY, failures, 0));
  }

  @Test
  void nothingSeen_isTheExactOptimumForTheStatedMttf() {
    assertEquals(ExactOptimum.workIntervalSeconds(60, DAY), ADAPTIVE.workIntervalSeconds(NEW));
    assertEquals(DAY, ADAPTIVE.mttfSeconds(NEW));
  }

  @Test
  void failures_shortenTheInterval_andQuietTimeLengthensIt() {
    assertEquals(
        ExactOptimum.workIntervalSeconds(60, 2 * DAY / 10),
        ADAPTIVE.workIntervalSeconds(seen(1, 9)));
    assertEquals(
        ExactOptimum.workIntervalSeconds(60, 8 * DAY), ADAPTIVE.workIntervalSeconds(seen(7, 0)));
  }

  @Test
  void statedMttf_isWorthWhatIsSaid() {
    JobState now = seen(1, 9);
    assertEquals(1.5 * DAY / 9.5, CheckpointPolicy.adaptive(0.5).mttfSeconds(now), 1e-9);
    assertEquals(101 * DAY / 109, CheckpointPolicy.adaptive(100).mttfSeconds(now), 1e-6);
    assertThrows(IllegalArgumentException.class, () -> CheckpointPolicy.adaptive(0));
    assertThrows(IllegalArgumentException.class, () -> CheckpointPolicy.parse("adaptive:often"));
  }

  /** Costs at most (1.2 + 1/1.2)/2 - 1 = 1.7 % of the waste, to first order. */
  @Test
  void intervalInForce_isKeptWithinAFifth() {
    double best = ExactOptimum.workIntervalSeconds(60, DAY);
    for (double kept : new double[] {best, best * 1.19, best / 1.19}) {
      assertEquals(kept, ADAPTIVE.workIntervalSeconds(NEW.withInterval(kept)));
    }
    for (double left : new double[] {best * 1.21, best / 1.21, 1e9, 1e-9}) {
      assertEquals(best, ADAPTIVE.workIntervalSeconds(NEW.withInterval(left)));
    }
  }

  @Test
  void interval_inAnyState_isAPositiveNumberWithinItsClamps() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      double mttf = Math.exp(random.nextDouble(-5, 20));
      double cost = mttf * Math.exp(random.nextDouble(Math.log(1e-12), Math.log(100)));
      JobState now =
          JobState.of(new Situation(cost, mttf, 0, 0))
              .withExposure(
                  new Exposure(mttf * random.nextDouble(0, 100), random.nextLong(0, 100), 0));
      double interval = ADAPTIVE.workIntervalSeconds(now);
      double learned = ADAPTIVE.mttfSeconds(now);
      assertTrue(interval > 0 && interval <= learned * (1 + 1e-12), "seed 7 case " + i);
      if (cost < learned / 4) {
        assertTrue(interval >= 2 * cost && interval <= learned / 2, "seed 7 case " + i);
      }
    }
  }

  @Test
  void allocationThatEnds_isFilledWithSegments() {
    JobState ending = NEW.withAllocation(new Allocation(7_000, 100));
    double interval = ExactOptimum.workIntervalSeconds(60, DAY);
    assertEquals(
        WalltimePlan.equalSplitSeconds(6_960, 60, interval), ADAPTIVE.workIntervalSeconds(ending));
    assertEquals(
        ADAPTIVE.workIntervalSeconds(ending),
        CheckpointPolicy.walltime().workIntervalSeconds(ending));
  }

  @Test
  void longSteps_areCountedWhole() {
    JobState now =
        NEW.withAllocation(new Allocation(25 * 60, 60)).withStep(new Step(20 * 60, 20 * 60));
    assertEquals(20 * 60, CheckpointPolicy.walltime().workIntervalSeconds(now));
    JobState slow = now.withStep(new Step(20 * 60, 25 * 60));
    assertEquals(
        0, CheckpointPolicy.walltime().workIntervalSeconds(slow), "a slow step is too long");
  }

  @Test
  void learnedRate_approachesTheTrueOne() {
    SplittableRandom random = new SplittableRandom(11);
    double truth = DAY / 50;
    double atRisk = 0;
    for (int n = 1; n <= 2000; n++) {
      atRisk -= truth * Math.log(1 - random.nextDouble());
      if (n == 2000) {
        assertEquals(
            truth,
            ADAPTIVE.mttfSeconds(NEW.withExposure(new Exposure(atRisk, n, 0))),
            0.1 * truth,
            "seed 11");
      }
    }
  }
}
