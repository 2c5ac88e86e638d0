// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.analysis.integration.IterativeLegendreGaussIntegrator;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomCostTest {
  private static final long SEED = 20220101;
  private static final double[] COSTS = {20, 30, 40, 200};

  @Test
  void effective_ofEqualCosts_isThatCost() {
    for (double cost : new double[] {1e-12, 1, 1e6}) {
      double[] costs = {cost, cost, cost};
      assertEquals(cost, RandomCost.effectiveSeconds(costs, 1), 1e-15 * cost);
      assertEquals(cost, RandomCost.redrawnSeconds(costs, 1), 1e-15 * cost);
      assertEquals(cost, RandomCost.effectiveSeconds(cost, 0, 1));
    }
  }

  @Test
  void bothConstants_onEitherSideOfTheMean_areOrderedAndInTheRange() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      double mttf = RandomInputs.logUniform(random, 1e-3, 1e9);
      double scale = mttf * RandomInputs.logUniform(random, 1e-12, 1e5);
      double[] costs =
          random.doubles(1 + random.nextInt(20), 0.01, 1).map(x -> x * scale).toArray();
      double mean = Arrays.stream(costs).average().orElseThrow();
      double most = Arrays.stream(costs).max().orElseThrow();
      double least = Arrays.stream(costs).min().orElseThrow();
      double effective = RandomCost.effectiveSeconds(costs, mttf);
      double redrawn = RandomCost.redrawnSeconds(costs, mttf);
      String at = Arrays.toString(costs) + " M=" + mttf + " seed=" + SEED;
      assertTrue(effective >= mean * (1 - 1e-14) && effective <= most, at);
      assertTrue(redrawn <= mean * (1 + 1e-14) && redrawn >= least, at);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e3, 1e5, 1e9})
  void effective_whenCostsAreShort_tendsToItsExpansion(double mttf) {
    SummaryStatistics statistics = new SummaryStatistics();
    Arrays.stream(COSTS).forEach(statistics::addValue);
    double deviation = Math.sqrt(statistics.getPopulationVariance());
    double expansion = RandomCost.effectiveSeconds(statistics.getMean(), deviation, mttf);
    double error = Math.pow(deviation, 3) / mttf / mttf + 1e-13;
    assertEquals(expansion, RandomCost.effectiveSeconds(COSTS, mttf), error);
    double below = 2 * statistics.getMean() - expansion;
    assertEquals(below, RandomCost.redrawnSeconds(COSTS, mttf), error);
  }

  /** Quadrature of the expected time over a normal cost, whose effective cost is the expansion. */
  @Test
  void effective_ofNormalCost_isExactInTheExpectedTime() {
    double mttf = 3600;
    double work = 900;
    NormalDistribution cost = new NormalDistribution(300, 60);
    double constant = RandomCost.effectiveSeconds(300, 60, mttf);
    double integral =
        new IterativeLegendreGaussIntegrator(20, 1e-12, 1e-12)
            .integrate(
                1_000_000,
                c -> cost.density(c) * Math.expm1((work + c) / mttf),
                300 - 8 * 60,
                300 + 8 * 60);
    assertEquals(integral, Math.expm1((work + constant) / mttf), 1e-9 * integral);
  }

  /** Segments whose checkpoint costs the same at each try, or another. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void effective_againstSimulatedSegments_givesTheirMeanTime(boolean redraw) {
    SplittableRandom random = new SplittableRandom(SEED);
    double mttf = 300;
    double work = 150;
    double restart = 20;
    SummaryStatistics measured = new SummaryStatistics();
    for (int run = 0; run < 200_000; run++) {
      double cost = COSTS[random.nextInt(COSTS.length)];
      double seconds = 0;
      double gap = gap(random, mttf);
      double exposed = work + cost;
      while (gap < exposed) {
        seconds += gap;
        for (gap = gap(random, mttf); gap < restart; gap = gap(random, mttf)) {
          seconds += gap;
        }
        seconds += restart;
        gap = gap(random, mttf);
        exposed = work + (redraw ? COSTS[random.nextInt(COSTS.length)] : cost);
      }
      measured.addValue(seconds + exposed);
    }
    double constant =
        redraw ? RandomCost.redrawnSeconds(COSTS, mttf) : RandomCost.effectiveSeconds(COSTS, mttf);
    double expected = mttf * Math.exp(restart / mttf) * Math.expm1((work + constant) / mttf);
    double error = 4 * measured.getStandardDeviation() / Math.sqrt(200_000);
    assertEquals(expected, measured.getMean(), error, "seed " + SEED);
    double otherConstant =
        redraw ? RandomCost.effectiveSeconds(COSTS, mttf) : RandomCost.redrawnSeconds(COSTS, mttf);
    double other = mttf * Math.exp(restart / mttf) * Math.expm1((work + otherConstant) / mttf);
    assertTrue(Math.abs(other - measured.getMean()) > 2 * error, "the test tells the two apart");
  }

  private static double gap(SplittableRandom random, double mttf) {
    return -Math.log1p(-random.nextDouble()) * mttf;
  }

  @Test
  void effective_whenCostsDwarfTheMttf_isTheLongestAndFinite() {
    double[] costs = {1, 1e6};
    assertEquals(1e6 - Math.log(2), RandomCost.effectiveSeconds(costs, 1), 1e-9);
    assertEquals(1 + Math.log(2), RandomCost.redrawnSeconds(costs, 1), 1e-12);
  }

  @Test
  void effective_outsideItsRange_isRefusedByName() {
    assertMessage("costsSeconds is empty", () -> RandomCost.effectiveSeconds(new double[0], 1));
    assertMessage(
        "costsSeconds[1] is -3.0", () -> RandomCost.effectiveSeconds(new double[] {1, -3}, 1));
    assertMessage(
        "costsSeconds[0] is NaN", () -> RandomCost.redrawnSeconds(new double[] {Double.NaN}, 1));
    assertMessage(
        "largest of costsSeconds is 0.0", () -> RandomCost.redrawnSeconds(new double[] {0}, 1));
    assertMessage("mttfSeconds is 0.0", () -> RandomCost.effectiveSeconds(COSTS, 0));
    assertMessage("deviationSeconds is -1.0", () -> RandomCost.effectiveSeconds(1, -1, 1));
    assertMessage("meanSeconds is 0.0", () -> RandomCost.effectiveSeconds(0, 1, 1));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }

  /** Against the sample that the gamma distribution's quantiles make. */
  @Test
  void redrawn_ofGammaCosts_isTheMeanOfTheSurvivalOfItsQuantiles() {
    double mean = 60;
    double deviation = 45;
    double scale = deviation * deviation / mean;
    GammaDistribution gamma = new GammaDistribution(null, mean / scale, scale);
    double[] sample = new double[4000];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = gamma.inverseCumulativeProbability((i + 0.5) / sample.length);
    }
    assertEquals(
        RandomCost.redrawnSeconds(sample, 300),
        RandomCost.redrawnSeconds(mean, deviation, 300),
        0.01);
    assertEquals(mean, RandomCost.redrawnSeconds(mean, 0, 300));
    assertTrue(RandomCost.redrawnSeconds(1, 1000, 1) > 0);
  }
}
