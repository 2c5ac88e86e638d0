// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.analysis.solvers.BracketingNthOrderBrentSolver;

/**
 * The gamma law: {@code S(t) = Q(a, t/s)} with shape a, scale s and Q the upper regularised
 * incomplete gamma function, mean {@code a s}, density {@code x^(a-1) e^(-x) / (s Gamma(a))} with
 * {@code x = t/s}.
 *
 * <p>Its hazard tends to {@code 1/s} with age: from above for shapes below 1, from below above 1.
 *
 * @param shape a, between 0.1 and 100; 1 is the exponential
 * @param scaleSeconds s, finite, greater than 0
 */
public record Gamma(double shape, double scaleSeconds) implements FailureLaw {
  static final double SHAPE_MIN = 0.1;
  static final double SHAPE_MAX = 100;

  private static final int ITERATIONS_MAX = 200;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public Gamma {
    LawText.between("gamma shape", shape, SHAPE_MIN, SHAPE_MAX);
    Check.positive("scaleSeconds", scaleSeconds);
    Check.positive("meanSeconds", shape * scaleSeconds);
  }

  /**
   * The law of a given shape and mean.
   *
   * @param shape a, between 0.1 and 100
   * @param meanSeconds finite, greater than 0
   * @throws IllegalArgumentException if a value is outside its range
   */
  public static Gamma ofMean(double shape, double meanSeconds) {
    LawText.between("gamma shape", shape, SHAPE_MIN, SHAPE_MAX);
    return new Gamma(shape, Check.positive("meanSeconds", meanSeconds) / shape);
  }

  @Override
  public String id() {
    return "gamma";
  }

  @Override
  public double meanSeconds() {
    return shape * scaleSeconds;
  }

  @Override
  public Gamma withMeanSeconds(double meanSeconds) {
    return ofMean(shape, meanSeconds);
  }

  private double scaled(double ageSeconds) {
    return LawText.age(ageSeconds) / scaleSeconds;
  }

  @Override
  public double survival(double ageSeconds) {
    return GammaFunctions.upper(shape, scaled(ageSeconds));
  }

  @Override
  public double logSurvival(double ageSeconds) {
    return GammaFunctions.logUpper(shape, scaled(ageSeconds));
  }

  @Override
  public double density(double ageSeconds) {
    return Math.exp(logDensity(ageSeconds));
  }

  @Override
  public double logDensity(double ageSeconds) {
    double x = scaled(ageSeconds);
    if (x == Double.POSITIVE_INFINITY) {
      return Double.NEGATIVE_INFINITY;
    }
    // Written so that shape 1 at age 0 is not 0 * Infinity.
    double power = shape == 1 ? 0 : (shape - 1) * Math.log(x);
    return power - x - GammaFunctions.logGamma(shape) - Math.log(scaleSeconds);
  }

  @Override
  public double hazard(double ageSeconds) {
    double x = scaled(ageSeconds);
    if (x == Double.POSITIVE_INFINITY) {
      return 1 / scaleSeconds;
    }
    return GammaFunctions.inTail(shape, x)
        ? 1 / (scaleSeconds * x * GammaFunctions.tailFraction(shape, x))
        : density(ageSeconds) / survival(ageSeconds);
  }

  /** {@code E[X; X < t] + t S(t)}; the first part is a gamma of shape a + 1. */
  @Override
  public double restrictedMeanSeconds(double ageSeconds) {
    double x = scaled(ageSeconds);
    double failed = meanSeconds() * GammaFunctions.lower(shape + 1, x);
    double survival = GammaFunctions.upper(shape, x);
    return survival == 0 ? failed : failed + ageSeconds * survival;
  }

  /**
   * {@code s (x d(x) - (x - a) Q(a, x))} with {@code d = x^(a-1) e^(-x) / Gamma(a)}. In the tail,
   * {@code Q = x d F} with the continued fraction F.
   */
  @Override
  public double excessMeanSeconds(double ageSeconds) {
    double x = scaled(ageSeconds);
    if (x == 0) {
      return meanSeconds();
    }
    double density = density(ageSeconds);
    if (density == 0 && x > shape) {
      return 0;
    }
    double scaledDensity = density * scaleSeconds * x;
    return GammaFunctions.inTail(shape, x)
        ? scaleSeconds * scaledDensity * (1 - (x - shape) * GammaFunctions.tailFraction(shape, x))
        : scaleSeconds * (scaledDensity - (x - shape) * GammaFunctions.upper(shape, x));
  }

  @Override
  public double quantile(double probability) {
    LawText.probability("probability", probability);
    return probability <= 0.5
        ? solve(logX -> GammaFunctions.logLower(shape, Math.exp(logX)), probability, 1)
        : solve(logX -> GammaFunctions.logUpper(shape, Math.exp(logX)), 1 - probability, -1);
  }

  @Override
  public double inverseSurvival(double survival) {
    LawText.probability("survival", survival);
    return survival < 0.5
        ? solve(logX -> GammaFunctions.logUpper(shape, Math.exp(logX)), survival, -1)
        : solve(logX -> GammaFunctions.logLower(shape, Math.exp(logX)), 1 - survival, 1);
  }

  /**
   * Solves for {@code x} on logarithmic axes, where both tails are nearly straight.
   *
   * @param sign 1 if the logarithm of the tail rises with x, -1 if it falls
   */
  private double solve(UnivariateFunction logTail, double tail, int sign) {
    if (tail == 0) {
      return sign > 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double target = Math.log(tail);
    UnivariateFunction residual = logX -> sign * (logTail.value(logX) - target);
    double low = Math.log(shape);
    double high = low;
    for (double step = 1; residual.value(low) > 0; step *= 2) {
      high = low;
      low -= step;
    }
    for (double step = 1; residual.value(high) < 0; step *= 2) {
      low = high;
      high += step;
    }
    BracketingNthOrderBrentSolver solver =
        new BracketingNthOrderBrentSolver(1e-15, 1e-15, 1e-16, 5);
    return scaleSeconds * Math.exp(solver.solve(ITERATIONS_MAX, residual, low, high));
  }
}
