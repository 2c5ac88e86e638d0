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

class IncrementalModelTest {
  private static final long SEED = 20080519;
  private static final int MANY = IncrementalModel.INCREMENTALS_MAX;

  /** The sum over the cycle, written down without the code under test. */
  private static double overhead(IncrementalModel model, int m, double w) {
    double mttf = model.full().mttfSeconds();
    double time = 0;
    for (int j = 0; j <= m; j++) {
      double cost = j < m ? model.incrementalCostSeconds() : model.full().costSeconds();
      double restart = model.full().restartSeconds() + j * model.incrementalRestartSeconds();
      time += Math.exp(restart / mttf) * Math.expm1((w + cost) / mttf);
    }
    return (mttf + model.full().downtimeSeconds()) * time / ((m + 1) * w) - 1;
  }

  @Test
  void waste_againstTheSumOverTheCycle_agrees() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      IncrementalModel model = randomModel(random, 1e-4, 10);
      int m = random.nextInt(30);
      double w = model.plan(m).workIntervalSeconds() * RandomInputs.logUniform(random, 0.2, 5);
      double expected = overhead(model, m, w);
      String at = model + " m=" + m + " w=" + w + " seed=" + SEED;
      Breakdown cycle = model.steadyBreakdown(m, w);
      assertEquals(expected, cycle.overhead(), 1e-10 * expected, at);
      assertEquals((m + 1) * w, cycle.usefulSeconds(), 1e-12 * cycle.usefulSeconds(), at);
      assertEquals(cycle.waste(), model.steadyWaste(m, w), 1e-11 * cycle.waste(), at);
    }
  }

  @Test
  void plan_againstNumericalMinimisation_isTheLeastWaste() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      IncrementalModel model = randomModel(random, 1e-4, 10);
      int m = random.nextInt(30);
      IncrementalModel.Plan plan = model.plan(m);
      double w = plan.workIntervalSeconds();
      double found =
          Math.exp(
              new BrentOptimizer(1e-10, 1e-10)
                  .optimize(
                      new MaxEval(500),
                      GoalType.MINIMIZE,
                      new UnivariateObjectiveFunction(
                          logW -> Math.log(overhead(model, m, Math.exp(logW)))),
                      new SearchInterval(Math.log(w) - 3, Math.log(w) + 2))
                  .getPoint());
      String at = model + " " + plan + " seed=" + SEED;
      assertEquals(found, w, 1e-5 * w, at);
      double h = overhead(model, m, w);
      assertEquals(h / (1 + h), plan.waste(), 1e-10 * plan.waste(), at);
    }
  }

  @Test
  void optimum_againstBruteForceOverIncrementals_isTheBest() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      IncrementalModel model = randomModel(random, 1e-6, 10);
      int limit = 300;
      IncrementalModel.Plan best = model.plan(0);
      for (int m = 1; m <= limit; m++) {
        IncrementalModel.Plan plan = model.plan(m);
        best = plan.waste() < best.waste() ? plan : best;
      }
      IncrementalModel.Plan optimum = model.optimum(limit);
      String at = model + " " + optimum + " " + best + " seed=" + SEED;
      assertEquals(best.waste(), optimum.waste(), 1e-13 * best.waste(), at);
    }
  }

  /** A simulation that knows full checkpoints, increments and the chain to restore. */
  @Test
  void breakdown_againstSimulation_agrees() {
    IncrementalModel model = new IncrementalModel(new Situation(60, 900, 40, 15), 8, 12);
    int m = 5;
    double w = 120;
    SplittableRandom random = new SplittableRandom(SEED);
    SummaryStatistics[] measured = new SummaryStatistics[6];
    for (int part = 0; part < measured.length; part++) {
      measured[part] = new SummaryStatistics();
    }
    int cycles = 50_000;
    for (int cycle = 0; cycle < cycles; cycle++) {
      double[] parts = simulatedCycle(model, m, w, random);
      for (int part = 0; part < parts.length; part++) {
        measured[part].addValue(parts[part]);
      }
    }
    Breakdown b = model.steadyBreakdown(m, w);
    double[] expected = {
      b.makespanSeconds(),
      b.usefulSeconds() + b.reworkSeconds(),
      b.checkpointSeconds(),
      b.restartSeconds(),
      b.downSeconds(),
      b.failures()
    };
    for (int part = 0; part < expected.length; part++) {
      double error = 4 * measured[part].getStandardDeviation() / Math.sqrt(cycles);
      assertEquals(expected[part], measured[part].getMean(), error, "part " + part + " " + SEED);
    }
  }

  private static double[] simulatedCycle(
      IncrementalModel model, int m, double w, SplittableRandom random) {
    double[] spent = new double[6];
    int chain = 0; // incrementals since the full checkpoint
    boolean restarting = false;
    while (chain <= m) {
      double cost = chain < m ? model.incrementalCostSeconds() : model.full().costSeconds();
      double restart =
          restarting
              ? model.full().restartSeconds() + chain * model.incrementalRestartSeconds()
              : 0;
      double gap = -Math.log1p(-random.nextDouble()) * model.full().mttfSeconds();
      double restarted = Math.min(gap, restart);
      double worked = Math.min(gap - restarted, w);
      double written = Math.min(gap - restarted - worked, cost);
      spent[3] += restarted;
      spent[1] += worked;
      spent[2] += written;
      if (gap > restart + w + cost) {
        chain++;
        restarting = false;
      } else {
        restarting = true;
        spent[4] += model.full().downtimeSeconds();
        spent[5]++;
      }
    }
    spent[0] = spent[1] + spent[2] + spent[3] + spent[4];
    return spent;
  }

  @Test
  void plan_withoutIncrementals_isTheExactOptimumOfFullCheckpoints() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 500; i++) {
      IncrementalModel model = randomModel(random, 1e-12, 100);
      Situation full = model.full();
      double w = ExactOptimum.workIntervalSeconds(full.costSeconds(), full.mttfSeconds());
      IncrementalModel.Plan plan = model.plan(0);
      String at = model + " " + plan + " seed=" + SEED;
      assertEquals(w, plan.workIntervalSeconds(), 1e-14 * w, at);
      double waste = SegmentModel.steadyWaste(w, full);
      assertEquals(waste, plan.waste(), 1e-12 * waste, at);
      assertTrue(model.optimum(MANY).waste() <= plan.waste() * (1 + 1e-13), at);
    }
  }

  @Test
  void optimum_whereIncrementalsCostAsMuchAsFullOnes_hasNone() {
    Situation full = new Situation(60, 86400, 60, 0);
    assertEquals(0, new IncrementalModel(full, 60, 1).optimum(MANY).incrementals());
    assertEquals(0, new IncrementalModel(full, 90, 0).optimum(MANY).incrementals());
    assertEquals(0, new IncrementalModel(full, 1, 0).optimum(0).incrementals());
  }

  @Test
  void optimum_whereIncrementalsRestoreForNothing_isTheLimit() {
    Situation full = new Situation(60, 86400, 60, 0);
    assertEquals(1000, new IncrementalModel(full, 1, 0).optimum(1000).incrementals());
  }

  @Test
  void firstOrder_whereCostsAreShort_agreesWithExact() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      double mttf = RandomInputs.logUniform(random, 1e4, 1e8);
      double cost = RandomInputs.logUniform(random, 1e-8, 1e-6) * mttf;
      double incrementalCost = cost * RandomInputs.logUniform(random, 0.01, 0.5);
      double restart = cost * RandomInputs.logUniform(random, 0.1, 3);
      IncrementalModel model =
          new IncrementalModel(new Situation(cost, mttf, cost, 0), incrementalCost, restart);
      IncrementalModel.Plan exact = model.optimum(MANY);
      int m = model.firstOrderIncrementals(MANY);
      String at = model + " " + exact + " first order m=" + m + " seed=" + SEED;
      assertEquals(exact.incrementals(), m, Math.max(1, 0.01 * m), at);
      double closed =
          Math.sqrt((cost - incrementalCost) * Math.sqrt(2 * mttf / incrementalCost) / restart);
      assertEquals(closed, m + 1, 1 + 0.3 * closed, at);
      double w = exact.workIntervalSeconds();
      assertEquals(w, model.firstOrderWorkIntervalSeconds(exact.incrementals()), 2e-3 * w, at);
      double waste = exact.waste();
      assertEquals(waste, model.firstOrderOverhead(exact.incrementals()), 5e-3 * waste, at);
    }
  }

  @Test
  void optimum_besideItsNeighboursAndAsInputsGrow_isLeastAndMonotone() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 500; i++) {
      IncrementalModel model = randomModel(random, 1e-12, 100);
      Situation f = model.full();
      double ci = model.incrementalCostSeconds();
      double ri = model.incrementalRestartSeconds();
      IncrementalModel.Plan plan = model.optimum(MANY);
      int m = plan.incrementals();
      double w = plan.workIntervalSeconds();
      double waste = plan.waste();
      String at = model + " " + plan + " seed=" + SEED;
      assertTrue(waste > 0 && waste <= 1, at);
      double least = waste * (1 - 1e-13);
      assertTrue(model.steadyWaste(m, w * 0.9) >= least, at);
      assertTrue(model.steadyWaste(m, w * 1.1) >= least, at);
      assertTrue(m == MANY || model.plan(m + 1).waste() >= least, at);
      assertTrue(m == 0 || model.plan(m - 1).waste() >= least, at);
      Situation costlier =
          new Situation(
              f.costSeconds() * 1.1, f.mttfSeconds(), f.restartSeconds(), f.downtimeSeconds());
      Situation sturdier =
          new Situation(
              f.costSeconds(), f.mttfSeconds() * 1.1, f.restartSeconds(), f.downtimeSeconds());
      double low = waste * (1 - 1e-12);
      assertTrue(new IncrementalModel(costlier, ci, ri).optimum(MANY).waste() >= low, at);
      assertTrue(new IncrementalModel(f, ci * 1.1, ri).optimum(MANY).waste() >= low, at);
      assertTrue(new IncrementalModel(f, ci, ri * 1.1).optimum(MANY).waste() >= low, at);
      assertTrue(
          new IncrementalModel(sturdier, ci, ri).optimum(MANY).waste() <= waste * (1 + 1e-12), at);
    }
  }

  @Test
  void everything_beyondADouble_isInfinityAndNeverNaN() {
    for (double cost : new double[] {1e-9, 1, 1e6}) {
      for (double incremental : new double[] {1e-9, 1, 1e6}) {
        for (double restart : new double[] {0, 1, 1e6}) {
          IncrementalModel model =
              new IncrementalModel(new Situation(cost, 10, restart, 1), incremental, restart);
          for (int m : new int[] {0, 1, 1000}) {
            IncrementalModel.Plan plan = model.plan(m);
            String at = model + " " + plan;
            assertTrue(plan.workIntervalSeconds() > 0 && plan.workIntervalSeconds() <= 10, at);
            assertTrue(plan.waste() > 0 && plan.waste() <= 1, at);
            assertTrue(model.steadyBreakdown(m, 5).makespanSeconds() > 5, at);
          }
          assertTrue(model.optimum(MANY).waste() <= 1, model.toString());
          assertEquals(1, model.steadyWaste(3, Double.POSITIVE_INFINITY));
        }
      }
    }
  }

  @Test
  void arguments_outsideTheirRange_areRefusedByName() {
    Situation full = new Situation(60, 86400, 60, 0);
    assertMessage("incrementalCostSeconds is 0.0", () -> new IncrementalModel(full, 0, 1));
    assertMessage("incrementalRestartSeconds is -1.0", () -> new IncrementalModel(full, 1, -1));
    IncrementalModel model = new IncrementalModel(full, 1, 1);
    assertMessage("incrementals is -1: it must be 0 to 1000000", () -> model.optimum(-1));
    assertMessage("incrementals is 1000001", () -> model.plan(MANY + 1));
    assertMessage("incrementals is -2", () -> model.firstOrderOverhead(-2));
    assertMessage("incrementals is -3", () -> model.steadyBreakdown(-3, 1));
    assertMessage("workIntervalSeconds is NaN", () -> model.steadyWaste(1, Double.NaN));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }

  private static IncrementalModel randomModel(
      SplittableRandom random, double ratioLow, double ratioHigh) {
    Situation full = RandomInputs.situation(random, ratioLow, ratioHigh);
    double cost = full.costSeconds();
    return new IncrementalModel(
        full,
        cost * RandomInputs.logUniform(random, 1e-3, 1),
        random.nextInt(5) == 0 ? 0 : cost * RandomInputs.logUniform(random, 1e-3, 1));
  }
}
