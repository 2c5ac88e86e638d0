// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LawFittingTest {
  private static final long SEED = 20031963;

  static List<FailureLaw> laws() {
    return List.of(
        new Exponential(5000),
        new Weibull(0.6, 40_000),
        new Weibull(2.5, 3),
        new LogNormal(9, 1.7),
        new LogNormal(-2, 0.3),
        new Gamma(0.5, 90_000),
        new Gamma(4, 1e-3));
  }

  /**
   * Two unlike ways to the same maximum: likelihood equations here, a simplex on their sum there.
   */
  @ParameterizedTest
  @MethodSource("laws")
  void parameters_withCensoring_areThoseASimplexFinds(FailureLaw truth) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 6; round++) {
      Sample sample = draw(truth, 15 + 25 * round, 0.2 * round, random);
      for (LawFamily family : LawFamily.values()) {
        FailureLaw law = LawFitting.law(family, sample).orElseThrow();
        double[] values = LawFamily.values(law);
        double[] found = simplex(family, sample, values);
        String at = law + " of " + truth + " seed=" + SEED + " round=" + round;
        assertTrue(
            LawFitting.logLikelihood(sample, law) >= likelihood(family, sample, found) - 1e-9, at);
        for (int i = 0; i < values.length; i++) {
          assertEquals(found[i], values[i], 2e-5 * Math.max(1, Math.abs(values[i])), at);
        }
      }
    }
  }

  /** Starts at another law than the one under test, so that it has to come back. */
  private static double[] simplex(LawFamily family, Sample sample, double[] near) {
    double[] point = near.clone();
    for (int i = 0; i < point.length; i++) {
      double at = family.positive(i) ? Math.log(point[i]) : point[i];
      point[i] = at - 0.2 * Math.signum(at); // towards 1: never outside the range of the law
    }
    MultivariateFunction function =
        p -> {
          try {
            return likelihood(family, sample, back(family, p));
          } catch (IllegalArgumentException e) { // outside the range of the law
            return -1e300;
          }
        };
    double[] best = point;
    for (int restart = 0; restart < 3; restart++) {
      best =
          new SimplexOptimizer(1e-15, 1e-13)
              .optimize(
                  new MaxEval(5000),
                  GoalType.MAXIMIZE,
                  new ObjectiveFunction(function),
                  new InitialGuess(best),
                  new NelderMeadSimplex(point.length, 0.1))
              .getPoint();
    }
    return back(family, best);
  }

  private static double[] back(LawFamily family, double[] point) {
    double[] values = point.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = family.positive(i) ? Math.exp(values[i]) : values[i];
    }
    return values;
  }

  private static double likelihood(LawFamily family, Sample sample, double[] values) {
    return LawFitting.logLikelihood(sample, family.law(values));
  }

  /** Draws times, of which a share is censored at a uniform fraction of itself. */
  private static Sample draw(
      FailureLaw law, int times, double censoredShare, SplittableRandom random) {
    double[] failures = new double[times];
    double[] censored = new double[times];
    int failed = 0;
    for (int i = 0; i < times; i++) {
      double time = law.inverseSurvival(1 - random.nextDouble());
      if (failed > 4 && random.nextDouble() < censoredShare) {
        censored[i - failed] = time * (0.01 + 0.99 * random.nextDouble());
      } else {
        failures[failed++] = time;
      }
    }
    return Sample.censored(
        Arrays.copyOf(failures, failed), Arrays.copyOf(censored, times - failed));
  }

  /** Of 200 samples about 95 % must have the truth in their interval: 95 +- 4 deviations of it. */
  @ParameterizedTest
  @MethodSource("laws")
  void intervals_ofManySamples_holdTheTruthAsOftenAsTheySay(FailureLaw truth) {
    SplittableRandom random = new SplittableRandom(SEED);
    LawFamily family = LawFamily.of(truth);
    double[] values = LawFamily.values(truth);
    int rounds = 200;
    int[] held = new int[values.length + 1];
    for (int round = 0; round < rounds; round++) {
      Sample sample = draw(truth, 120, 0, random);
      List<Estimate> estimates =
          new Likelihood(sample, LawFitting.law(family, sample).orElseThrow()).estimates();
      for (int i = 0; i < held.length; i++) {
        double expected = i < values.length ? values[i] : truth.meanSeconds();
        Estimate estimate = estimates.get(i);
        held[i] += estimate.low() <= expected && expected <= estimate.high() ? 1 : 0;
      }
    }
    for (int count : held) {
      assertEquals(0.95, (double) count / rounds, 0.06, truth + " seed=" + SEED);
    }
  }

  /** So many censored times that near neighbours are summed as one. */
  @Test
  void parameters_ofManyCensoredTimes_differFromTheExactByFarLessThanTheirError() {
    SplittableRandom random = new SplittableRandom(SEED);
    Sample sample = draw(new Weibull(0.8, 1000), 12_000, 0.95, random);
    assertTrue(
        sample.censoredTimes().distinct() > 3 * sample.condensed().censoredTimes().distinct());
    assertEquals(sample.totalSeconds(), sample.condensed().totalSeconds(), 1e-4);
    for (LawFamily family : LawFamily.values()) {
      FailureLaw law = LawFitting.law(family, sample).orElseThrow();
      double[] values = LawFamily.values(law);
      for (int i = 0; i < values.length; i++) {
        for (double side : new double[] {1 - 1e-4, 1 + 1e-4}) { // two hundred times below its error
          double[] moved = values.clone();
          moved[i] *= side;
          double there = LawFitting.logLikelihood(sample, family.law(moved));
          assertTrue(LawFitting.logLikelihood(sample, law) > there, law + " seed=" + SEED);
        }
      }
    }
  }

  @Test
  void interval_ofTheRate_isItsKnownOne() {
    Sample sample = Sample.censored(new double[] {10, 20, 30, 40}, new double[] {100});
    Estimate mean = LawFitting.fit(sample, Bootstrap.none()).exponential().mttf();
    assertEquals(50, mean.value(), 1e-12);
    assertEquals(50 * Math.exp(-1.959963984540054 / 2), mean.low(), 1e-5);
    assertEquals(50 * Math.exp(1.959963984540054 / 2), mean.high(), 1e-4);
  }

  @Test
  void fit_ofUnitScaledSample_scalesWithIt() {
    SplittableRandom random = new SplittableRandom(SEED);
    Sample sample = draw(new Weibull(0.7, 1), 200, 0.3, random);
    for (double unit : new double[] {1e-6, 1e9}) {
      FitReport small = LawFitting.fit(sample, Bootstrap.none());
      FitReport large = LawFitting.fit(sample.in(1 / unit), Bootstrap.none());
      for (Fit fit : small.fits()) {
        Fit scaled = large.of(fit.family()).orElseThrow();
        assertEquals(fit.mttf().value() * unit, scaled.mttf().value(), 1e-9 * unit * 10);
        assertEquals(fit.aic(), scaled.aic(unit), 1e-6);
        assertEquals(small.behindBest(fit), large.behindBest(scaled), 1e-6);
        assertEquals(fit.distance(), scaled.distance(), 1e-9);
      }
    }
  }

  /** Against the definition, at every time and just before it. */
  @Test
  void distance_withoutCensoring_isTheLargestDifference() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (FailureLaw law : laws()) {
      Sample sample = draw(law, 50, 0, random);
      double[] times = sample.distinctFailureSeconds();
      double expected = 0;
      for (int i = 0; i < times.length; i++) {
        double cdf = 1 - law.survival(times[i]);
        expected = Math.max(expected, Math.abs(cdf - i / 50.0));
        expected = Math.max(expected, Math.abs(cdf - (i + 1) / 50.0));
      }
      assertEquals(expected, Goodness.distance(sample, law), 1e-12);
    }
  }

  /** Kaplan-Meier of the 6-MP data as every textbook prints it. */
  @Test
  void survivals_withCensoring_areTheTextbooks() {
    Sample sample =
        Sample.censored(
            new double[] {6, 6, 6, 7, 10, 13, 16, 22, 23},
            new double[] {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35});
    double[] expected = {0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448};
    double[] survivals = sample.survivals();
    assertEquals(expected.length, survivals.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], survivals[i], 5e-4);
    }
  }

  @ParameterizedTest
  @EnumSource(LawFamily.class)
  void pValue_ofTheSameSeed_isTheSameAndOfAnotherIsNot(LawFamily family) {
    Sample sample = draw(new Weibull(0.9, 100), 40, 0.3, new SplittableRandom(SEED));
    double first = pValue(sample, family, 7);
    assertEquals(first, pValue(sample, family, 7));
    assertTrue(first > 0 && first <= 1);
    boolean differs = false;
    for (int seed = 8; seed < 12; seed++) {
      differs |= pValue(sample, family, seed) != first;
    }
    assertTrue(differs);
  }

  private static double pValue(Sample sample, LawFamily family, long seed) {
    FailureLaw law = LawFitting.law(family, sample).orElseThrow();
    double distance = Goodness.distance(sample, law);
    return Goodness.pValue(sample, law, distance, new Bootstrap(100, seed)).orElseThrow();
  }

  /** Under the true law p is uniform: its mean over 40 samples is 1/2 within 4 deviations. */
  @Test
  void pValue_underTheTrueLaw_isUniformEvenWithCensoring() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (double share : new double[] {0, 0.4}) {
      double sum = 0;
      int small = 0;
      int rounds = 40;
      for (int round = 0; round < rounds; round++) {
        double[] failures = new double[60];
        double[] censored = new double[60];
        int failed = 0;
        Weibull law = new Weibull(0.7, 100);
        for (int i = 0; i < 60; i++) {
          double time = law.inverseSurvival(1 - random.nextDouble());
          double limit = share == 0 ? Double.MAX_VALUE : 250 * random.nextDouble();
          if (time <= limit) {
            failures[failed++] = time;
          } else {
            censored[i - failed] = limit;
          }
        }
        Sample sample =
            Sample.censored(Arrays.copyOf(failures, failed), Arrays.copyOf(censored, 60 - failed));
        FailureLaw fitted = LawFitting.law(LawFamily.WEIBULL, sample).orElseThrow();
        double p =
            Goodness.pValue(
                    sample, fitted, Goodness.distance(sample, fitted), new Bootstrap(59, round))
                .orElseThrow();
        sum += p;
        small += p <= 0.1 ? 1 : 0;
      }
      assertEquals(0.5, sum / rounds, 4 * Math.sqrt(1.0 / 12 / rounds), "seed=" + SEED);
      assertTrue(small <= 0.1 * rounds + 4 * Math.sqrt(rounds * 0.09), "seed=" + SEED);
    }
  }

  @Test
  void pValue_ofAnotherLaw_isSmall() {
    Sample sample = draw(new Weibull(0.5, 100), 200, 0, new SplittableRandom(SEED));
    FitReport report = LawFitting.fit(sample, new Bootstrap(200, 1));
    assertTrue(report.exponential().pValue().orElseThrow() < 0.01);
    assertTrue(report.of(LawFamily.WEIBULL).orElseThrow().pValue().orElseThrow() > 0.01);
  }

  @Test
  void fit_ofTooLittle_isTheExponentialAlone() {
    for (double[] times : new double[][] {{5}, {5, 5, 5}}) {
      FitReport report = LawFitting.fit(Sample.of(times), new Bootstrap(20, 1));
      assertEquals(1, report.fits().size());
      assertEquals(LawFamily.EXPONENTIAL, report.recommended().family());
      assertEquals(5, report.mttf().value());
      assertTrue(report.verdict().getFirst().contains("Only the exponential law"));
    }
    FitReport equal = LawFitting.fit(Sample.of(new double[] {5, 5, 5.0000001}), Bootstrap.none());
    assertTrue(equal.verdict().getFirst().contains("Only the exponential law"), equal::toString);
  }

  @Test
  void sample_withoutFailureOrOutOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Sample.of(new double[0]));
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Sample.of(new double[] {1, bad}));
      assertThrows(
          IllegalArgumentException.class,
          () -> Sample.censored(new double[] {1}, new double[] {bad}));
    }
  }

  @Test
  void verdict_onFewTimes_saysTheyDoNotDistinguish() {
    Sample sample = draw(new Exponential(100), 12, 0, new SplittableRandom(SEED));
    FitReport report = LawFitting.fit(sample, new Bootstrap(100, 1));
    String verdict = String.join("\n", report.verdict());
    assertTrue(verdict.contains("The data do not distinguish the laws"), verdict);
    assertTrue(verdict.contains("Use the exponential"), verdict);
    assertTrue(verdict.contains("12 failures are few"), verdict);
    assertTrue(verdict.contains("does not reject the exponential law"), verdict);
    assertEquals(LawFamily.EXPONENTIAL, report.recommended().family());
  }

  @Test
  void verdict_onClusters_saysSoAndNamesTheLaw() {
    Sample sample = draw(new Weibull(0.5, 100), 2000, 0, new SplittableRandom(SEED));
    FitReport report = LawFitting.fit(sample, Bootstrap.none());
    String verdict = String.join("\n", report.verdict());
    assertTrue(verdict.contains("The data single out the weibull law"), verdict);
    assertTrue(verdict.contains("The rate of failures falls the longer there was none"), verdict);
    assertTrue(verdict.contains("was not tested"), verdict);
    assertEquals(LawFamily.WEIBULL, report.recommended().family());
    assertNotEquals(0, report.behindBest(report.exponential()));
  }

  @Test
  void bootstrap_forManyTimes_costsNoMoreThanASecond() {
    assertEquals(500, Bootstrap.fitting(Sample.of(times(23)), 1).replicates());
    assertTrue(Bootstrap.fitting(Sample.of(times(2400)), 1).replicates() >= 100);
    assertEquals(0, Bootstrap.fitting(Sample.of(times(100_000)), 1).replicates());
  }

  private static double[] times(int count) {
    double[] times = new double[count];
    Arrays.setAll(times, i -> i + 1.0);
    return times;
  }
}
