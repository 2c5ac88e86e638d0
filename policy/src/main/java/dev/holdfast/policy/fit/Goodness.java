// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.ExponentialDistribution;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.LogNormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.WeibullDistribution;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/**
 * How far a sample is from the law fitted to it, and how likely such a distance is.
 *
 * <p>The Kolmogorov-Smirnov distance compares the law's survival with that of the sample just
 * before and at every failure. The sample's survival is the Kaplan-Meier estimate, which without
 * censoring is the share of longer times; beyond the last failure nothing is compared.
 *
 * <p>Tables of this distance hold for a law that was known beforehand; one fitted to the same
 * sample is always closer. So the probability comes from a parametric bootstrap: samples of the
 * same size are drawn from the fitted law, the family is fitted to each anew, and the p-value is
 * {@code (1 + how many are at least as far from their fit) / (1 + how many were drawn)}. Censored
 * samples are drawn by censoring every drawn time at a random limit, whose distribution is the
 * Kaplan-Meier estimate of the limits in the sample. Every replicate has its own random numbers, so
 * the result does not depend on how many processors share the work.
 *
 * <p>M. A. Stephens, "EDF statistics for goodness of fit and some comparisons", JASA 69 (1974); W.
 * Stute, W. Gonzalez Manteiga, M. Presedo Quindimil, "Bootstrap based goodness-of-fit-tests",
 * Metrika 40 (1993), doi:10.1007/BF02613687.
 */
final class Goodness {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** A draw that cannot be fitted, such as one without two failures, is drawn again. */
  private static final int DRAWS_MAX = 100;

  private Goodness() {}

  static double distance(Sample sample, FailureLaw law) {
    Times failures = sample.failureTimes();
    double[] survivals = sample.survivals();
    double before = 1;
    double distance = 0;
    for (int i = 0; i < survivals.length; i++) {
      double expected = law.survival(failures.value(i));
      double here = Math.max(Math.abs(before - expected), Math.abs(survivals[i] - expected));
      distance = Math.max(distance, here);
      before = survivals[i];
    }
    return distance;
  }

  /** The probability of this distance or a greater one; empty without replicates. */
  static OptionalDouble pValue(
      Sample sample, FailureLaw law, double distance, Bootstrap bootstrap) {
    if (bootstrap.replicates() == 0) {
      return OptionalDouble.empty();
    }
    Limits limits = Limits.of(sample);
    int times = sample.failures() + sample.censored();
    long farther =
        IntStream.range(0, bootstrap.replicates())
            .parallel()
            .filter(replicate -> {
              long seed = bootstrap.seed() + GOLDEN * replicate;
              return replicate(law, times, limits, new Well19937c(seed)) >= distance;
            })
            .count();
    return OptionalDouble.of((1.0 + farther) / (1.0 + bootstrap.replicates()));
  }

  /** The distance of a drawn sample from the law fitted to it. */
  private static double replicate(
      FailureLaw law, int times, Limits limits, RandomGenerator random) {
    RealDistribution distribution = distribution(law, random);
    LawFamily family = LawFamily.of(law);
    for (int draw = 0; draw < DRAWS_MAX; draw++) {
      Optional<Sample> drawn = limits.draw(distribution, times, random);
      Optional<FailureLaw> fitted = drawn.flatMap(s -> MaximumLikelihood.fit(family, s));
      if (fitted.isPresent()) {
        return distance(drawn.orElseThrow(), fitted.get());
      }
    }
    return Double.POSITIVE_INFINITY; // says nothing against the law
  }

  private static RealDistribution distribution(FailureLaw law, RandomGenerator random) {
    return switch (law) {
      case Exponential e -> new ExponentialDistribution(random, e.meanSeconds());
      case Weibull w -> new WeibullDistribution(random, w.shape(), w.scaleSeconds());
      case LogNormal l -> new LogNormalDistribution(random, l.mu(), l.sigma());
      case Gamma g -> new GammaDistribution(random, g.shape(), g.scaleSeconds());
    };
  }
}
