// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Gamma;
import dev.holdfast.policy.LogNormal;
import dev.holdfast.policy.Weibull;
import java.io.Serial;
import java.util.Optional;
import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.analysis.solvers.BracketingNthOrderBrentSolver;
import org.apache.commons.math3.special.Erf;

/**
 * The parameters of greatest likelihood. With times t_i of which d_i is 1 for a failure and 0 for a
 * censored time, and r failures, the log-likelihood is {@code sum d ln f(t) + (1 - d) ln S(t)}.
 *
 * <ul>
 *   <li>Exponential: {@code M = sum t / r}.
 *   <li>Weibull: the shape k solves {@code sum t^k ln t / sum t^k - 1/k = sum d ln t / r}, whose
 *       left side grows with k; the scale is {@code (sum t^k / r)^(1/k)}.
 *   <li>Lognormal: mean and standard deviation (with divisor n) of the logarithms; with censoring
 *       the two likelihood equations {@code sum d z + (1 - d) m(z) = 0} and {@code sum d (z^2 - 1)
 *       + (1 - d) z m(z) = 0} in {@code z = (ln t - mu) / sigma}, with m the hazard of the normal
 *       law; the first is solved for mu inside the second. They have one solution: the likelihood
 *       is concave in {@code mu / sigma, 1 / sigma}.
 *   <li>Gamma: the shape a solves {@code ln a - psi(a) = ln mean - mean ln}; with censoring {@code
 *       a sum d = sum d x + (1 - d) x h(x)} is solved for the scale s, {@code x = t / s} and h the
 *       hazard for scale 1, inside {@code sum d (ln x - psi(a)) + (1 - d) d ln Q(a, x) / da = 0},
 *       where that derivative is a difference quotient.
 * </ul>
 *
 * <p>J. F. Lawless, "Statistical models and methods for lifetime data", 2nd edition, Wiley 2003.
 */
final class MaximumLikelihood {
  private static final double ACCURACY = 1e-14;
  private static final int EVALUATIONS_MAX = 300;

  /** How often a bracket is doubled: a root farther than 2^40 from its guess is none. */
  private static final int DOUBLINGS_MAX = 40;

  private static final double DIFFERENCE_STEP = 1e-3;

  /** As far as {@link Gamma} goes, less the steps of the difference quotient. */
  private static final double GAMMA_SHAPE_MIN = 0.101;

  private static final double GAMMA_SHAPE_MAX = 99;

  private MaximumLikelihood() {}

  /**
   * The law of greatest likelihood of a family.
   *
   * @return empty if there is none: two parameters need two different failure times, and a shape
   *     outside the range of its law is no law of failures but two or three times as good as equal
   */
  static Optional<FailureLaw> fit(LawFamily family, Sample sample) {
    if (family != LawFamily.EXPONENTIAL && sample.failureTimes().distinct() < 2) {
      return Optional.empty();
    }
    double unit = sample.meanSeconds();
    Sample scaled = sample.condensed().in(unit);
    try {
      return Optional.of(
          switch (family) {
            case EXPONENTIAL -> new Exponential(unit);
            case WEIBULL -> weibull(scaled, unit);
            case LOGNORMAL -> logNormal(scaled, unit);
            case GAMMA -> gamma(scaled, unit);
          });
    } catch (NoRootException | IllegalArgumentException e) { // the latter from the law: no shape
      return Optional.empty();
    }
  }

  private static FailureLaw weibull(Sample sample, double unit) {
    Times failures = sample.failureTimes();
    Times censored = sample.censoredTimes();
    double max = Math.max(failures.max(), censored.max());
    Powers failed = new Powers(failures, max);
    Powers open = new Powers(censored, max);
    double meanLog = failed.sumLog() / failures.total();
    double spread = Math.sqrt(failed.sumSquaredLog() / failures.total() - meanLog * meanLog);
    double shape =
        rootOfFalling(
            k -> {
              double sums = failed.sum(k) + open.sum(k);
              double logs = failed.sumTimesLog() + open.sumTimesLog();
              return 1 / k + meanLog - logs / sums;
            },
            spread > 0 ? 1.2 / spread : 1);
    double sum = failed.sum(shape) + open.sum(shape);
    double scale = max * Math.pow(sum / failures.total(), 1 / shape);
    return new Weibull(shape, scale * unit);
  }

  /** Sums of powers of times relative to the largest, so that none overflows. */
  private static final class Powers {
    private final double[] logs;
    private final Times times;
    private double sumTimesLog;

    Powers(Times times, double max) {
      this.times = times;
      this.logs = new double[times.distinct()];
      for (int i = 0; i < logs.length; i++) {
        logs[i] = Math.log(times.value(i) / max);
      }
    }

    double sumLog() {
      double sum = 0;
      for (int i = 0; i < logs.length; i++) {
        sum += times.count(i) * logs[i];
      }
      return sum;
    }

    double sumSquaredLog() {
      double sum = 0;
      for (int i = 0; i < logs.length; i++) {
        sum += times.count(i) * logs[i] * logs[i];
      }
      return sum;
    }

    /** The sum of t^k; that of t^k ln t is kept for {@link #sumTimesLog}. */
    double sum(double k) {
      double sum = 0;
      sumTimesLog = 0;
      for (int i = 0; i < logs.length; i++) {
        double power = times.count(i) * Math.exp(k * logs[i]);
        sum += power;
        sumTimesLog += power * logs[i];
      }
      return sum;
    }

    double sumTimesLog() {
      return sumTimesLog;
    }
  }

  private static FailureLaw logNormal(Sample sample, double unit) {
    Times failures = sample.failureTimes();
    double r = failures.total();
    double mean = failures.sum(Math::log) / r;
    double sigma = Math.sqrt(failures.sum(t -> square(Math.log(t) - mean)) / r);
    if (sample.censored() == 0) {
      return new LogNormal(mean + Math.log(unit), sigma);
    }
    double best = rootOfFalling(s -> sigmaScore(sample, logNormalMu(sample, s, mean), s), sigma);
    return new LogNormal(logNormalMu(sample, best, mean) + Math.log(unit), best);
  }

  private static double logNormalMu(Sample sample, double sigma, double guess) {
    UnivariateFunction score =
        median ->
            sample.failureTimes().sum(t -> Math.log(t / median) / sigma)
                + sample.censoredTimes().sum(t -> normalHazard(Math.log(t / median) / sigma));
    return Math.log(rootOfFalling(score, Math.exp(guess)));
  }

  private static double sigmaScore(Sample sample, double mu, double sigma) {
    return sample.failureTimes().sum(t -> square((Math.log(t) - mu) / sigma) - 1)
        + sample
            .censoredTimes()
            .sum(t -> {
              double z = (Math.log(t) - mu) / sigma;
              return z * normalHazard(z);
            });
  }

  private static double square(double x) {
    return x * x;
  }

  /** Density over survival of the standard normal law. */
  private static double normalHazard(double z) {
    if (z < 4) {
      double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
      return density / (0.5 * Erf.erfc(z / Math.sqrt(2)));
    }
    double fraction = z;
    for (int i = 60; i >= 1; i--) { // Laplace's continued fraction
      fraction = z + i / fraction;
    }
    return fraction;
  }

  private static FailureLaw gamma(Sample sample, double unit) {
    Times failures = sample.failureTimes();
    double r = failures.total();
    double mean = failures.sum() / r;
    double s = Math.log(mean) - failures.sum(Math::log) / r;
    double guess = (3 - s + Math.sqrt(square(s - 3) + 24 * s)) / (12 * s);
    double uncensored = rootOfFalling(a -> Math.log(a) - Digamma.of(a) - s, guess);
    if (sample.censored() == 0) {
      return new Gamma(uncensored, mean / uncensored * unit);
    }
    double shape =
        rootOfFalling(
            a -> shapeScore(sample, a, gammaRate(sample, a)),
            uncensored,
            GAMMA_SHAPE_MIN,
            GAMMA_SHAPE_MAX);
    return new Gamma(shape, unit / gammaRate(sample, shape));
  }

  private static double gammaRate(Sample sample, double shape) {
    FailureLaw one = new Gamma(shape, 1);
    double failed = sample.failureTimes().sum();
    double r = sample.failures();
    return rootOfFalling(
        rate ->
            r * shape
                - rate * failed
                - sample.censoredTimes().sum(t -> rate * t * one.hazard(rate * t)),
        shape);
  }

  private static double shapeScore(Sample sample, double shape, double rate) {
    double digamma = Digamma.of(shape);
    double step = shape * DIFFERENCE_STEP;
    double slope =
        8 * logSurvivalDifference(sample, shape, rate, step)
            - logSurvivalDifference(sample, shape, rate, 2 * step);
    return sample.failureTimes().sum(t -> Math.log(rate * t) - digamma) + slope / (12 * step);
  }

  private static double logSurvivalDifference(
      Sample sample, double shape, double rate, double step) {
    FailureLaw above = new Gamma(shape + step, 1);
    FailureLaw below = new Gamma(shape - step, 1);
    return sample
        .censoredTimes()
        .sum(t -> above.logSurvival(rate * t) - below.logSurvival(rate * t));
  }

  private static double rootOfFalling(UnivariateFunction f, double guess) {
    return rootOfFalling(f, guess, Double.MIN_NORMAL, Double.MAX_VALUE);
  }

  /** The root within limits of a function that is above 0 to its left and below 0 to its right. */
  private static double rootOfFalling(
      UnivariateFunction f, double guess, double least, double most) {
    double at = Math.clamp(guess, least, most);
    double value = f.value(at);
    for (int i = 0; i < DOUBLINGS_MAX; i++) {
      if (value == 0) {
        return at;
      }
      double next = value > 0 ? Math.min(2 * at, most) : Math.max(at / 2, least);
      double nextValue = f.value(next);
      if (Double.isNaN(nextValue) || next == at) {
        break;
      }
      if (nextValue == 0 || nextValue > 0 != value > 0) {
        return solve(f, Math.min(at, next), Math.max(at, next));
      }
      at = next;
      value = nextValue;
    }
    throw new NoRootException();
  }

  private static double solve(UnivariateFunction f, double low, double high) {
    return new BracketingNthOrderBrentSolver(ACCURACY, Double.MIN_NORMAL, 0, 5)
        .solve(EVALUATIONS_MAX, f, low, high);
  }

  /** The likelihood has no maximum: all failure times are as good as equal. */
  private static final class NoRootException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;
  }
}
