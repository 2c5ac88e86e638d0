// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.AllocationModel.Rule;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AllocationModelTest {
  private static final long SEED = 20260702;
  private static final double ALLOCATION = 14_400;
  private static final Situation SITUATION = new Situation(900, 14_400, 600, 60);

  /** Reference numbers of the project, six digits: dynamic programming, equal split, periodic. */
  @Test
  void referenceAllocation_isReproduced() {
    assertEquals(9346.58, stored(Rule.BEST), 2.0);
    assertEquals(9343.34, stored(Rule.EQUAL_SPLIT), 2.0);
    assertEquals(7349.49, stored(Rule.PERIODIC), 2.0);
  }

  private static double stored(Rule rule) {
    return AllocationModel.storedWorkSeconds(ALLOCATION, SITUATION, rule);
  }

  /** The process itself, played 200,000 times. */
  @Test
  void equalSplit_againstMonteCarlo_agrees() {
    SplittableRandom random = new SplittableRandom(SEED);
    int runs = 200_000;
    double sum = 0;
    double squares = 0;
    for (int run = 0; run < runs; run++) {
      double stored = play(random);
      sum += stored;
      squares += stored * stored;
    }
    double mean = sum / runs;
    double error = Math.sqrt((squares / runs - mean * mean) / runs);
    double z = (stored(Rule.EQUAL_SPLIT) - mean) / error;
    assertTrue(Math.abs(z) < 4, "z=" + z + " mean=" + mean + " seed=" + SEED);
  }

  private static double play(SplittableRandom random) {
    double cost = SITUATION.costSeconds();
    double interval = ExactOptimum.workIntervalSeconds(cost, SITUATION.mttfSeconds());
    double left = ALLOCATION;
    double stored = 0;
    boolean restarting = false;
    while (left > cost) {
      double work = restarting ? 0 : WalltimePlan.equalSplitSeconds(left, cost, interval);
      double length = restarting ? SITUATION.restartSeconds() : work + cost;
      double failure = -SITUATION.mttfSeconds() * Math.log(1 - random.nextDouble());
      if (failure < length) {
        left -= failure + SITUATION.downtimeSeconds();
        restarting = true;
      } else if (length <= left * (1 + 1e-12)) {
        left -= length;
        stored += work;
        restarting = false;
      } else {
        break;
      }
    }
    return stored;
  }

  @Test
  void best_isNeverBelowTheRules() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 5; i++) {
      double cost = random.nextDouble(10, 2000);
      double mttf = random.nextDouble(5_000, 200_000);
      Situation at = new Situation(cost, mttf, random.nextDouble(0, 900), i % 2 * 100);
      double allocation = random.nextDouble(2, 30) * cost;
      double best = AllocationModel.storedWorkSeconds(allocation, at, Rule.BEST);
      double split = AllocationModel.storedWorkSeconds(allocation, at, Rule.EQUAL_SPLIT);
      double periodic = AllocationModel.storedWorkSeconds(allocation, at, Rule.PERIODIC);
      String where = at + " A=" + allocation + " seed=" + SEED;
      assertTrue(split <= best * 1.001 && split >= best * 0.98, where + " " + split + " " + best);
      assertTrue(periodic <= best * 1.001, where + " " + periodic + " " + best);
    }
  }

  @Test
  void noFailures_oneCheckpointAtTheEnd_storesAllButItsCost() {
    Situation safe = new Situation(100, 1e9, 50, 10);
    assertEquals(9_900, AllocationModel.storedWorkSeconds(10_000, safe, Rule.EQUAL_SPLIT), 1);
    assertEquals(
        9_850, AllocationModel.storedWorkAfterRestartSeconds(10_000, safe, Rule.EQUAL_SPLIT), 10);
  }

  /** In a long allocation the end hardly matters: it stores what an endless job would. */
  @Test
  void longAllocations_storeWhatAnEndlessJobWould() {
    double[][] cases = {
      {1, 86_400, 2_592_000}, {0.001, 86_400, 86_400}, {1, 21_600, 604_800}, {300, 86_400, 3e7},
    };
    for (double[] c : cases) {
      Situation at = new Situation(c[0], c[1], 0, 0);
      double interval = ExactOptimum.workIntervalSeconds(c[0], c[1]);
      double endless = c[2] * (1 - SegmentModel.steadyWaste(interval, at));
      double stored = AllocationModel.storedWorkSeconds(c[2], at, Rule.EQUAL_SPLIT);
      assertEquals(endless, stored, 0.002 * endless, at + " A=" + c[2]);
    }
  }

  @Test
  void noCheckpointFits_storesNothing() {
    assertEquals(
        0, AllocationModel.storedWorkSeconds(99, new Situation(100, 1e5, 0, 0), Rule.BEST));
  }

  @Test
  void endlessAllocation_isRefused() {
    Situation hopeless = new Situation(1, 10, 0, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> AllocationModel.storedWorkSeconds(5_001, hopeless, Rule.EQUAL_SPLIT));
  }
}
