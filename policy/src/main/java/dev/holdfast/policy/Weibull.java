// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The Weibull law: {@code S(t) = e^(-(t/s)^k)} with shape k and scale s, mean {@code s Gamma(1 +
 * 1/k)}, hazard {@code (k/s) (t/s)^(k-1)}.
 *
 * <p>The law that logs of whole machines mostly follow, with shapes of 0.5 to 0.9: B. Schroeder, G.
 * A. Gibson, "A large-scale study of failures in high-performance computing systems", IEEE
 * Transactions on Dependable and Secure Computing 7(4):337-350, 2010, doi:10.1109/TDSC.2009.4.
 *
 * @param shape k, between 0.1 and 10; 1 is the exponential, below 1 the hazard falls with age
 * @param scaleSeconds s, the age to which 1/e live; finite, greater than 0
 */
public record Weibull(double shape, double scaleSeconds) implements FailureLaw {
  static final double SHAPE_MIN = 0.1;
  static final double SHAPE_MAX = 10;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public Weibull {
    LawText.between("Weibull shape", shape, SHAPE_MIN, SHAPE_MAX);
    Check.positive("scaleSeconds", scaleSeconds);
    Check.positive("meanSeconds", scaleSeconds * unitMean(shape));
  }

  /**
   * The law of a given shape and mean.
   *
   * @param shape k, between 0.1 and 10
   * @param meanSeconds finite, greater than 0
   * @throws IllegalArgumentException if a value is outside its range
   */
  public static Weibull ofMean(double shape, double meanSeconds) {
    LawText.between("Weibull shape", shape, SHAPE_MIN, SHAPE_MAX);
    return new Weibull(shape, Check.positive("meanSeconds", meanSeconds) / unitMean(shape));
  }

  private static double unitMean(double shape) {
    return GammaFunctions.gamma(1 + 1 / shape);
  }

  @Override
  public String id() {
    return "weibull";
  }

  @Override
  public double meanSeconds() {
    return scaleSeconds * unitMean(shape);
  }

  @Override
  public Weibull withMeanSeconds(double meanSeconds) {
    return ofMean(shape, meanSeconds);
  }

  @Override
  public double survival(double ageSeconds) {
    return Math.exp(logSurvival(ageSeconds));
  }

  @Override
  public double logSurvival(double ageSeconds) {
    return -cumulativeHazard(ageSeconds);
  }

  private double cumulativeHazard(double ageSeconds) {
    return Math.pow(LawText.age(ageSeconds) / scaleSeconds, shape);
  }

  @Override
  public double density(double ageSeconds) {
    double survival = survival(ageSeconds);
    // Not 0 * Infinity far in the tail.
    return survival == 0 ? 0 : hazard(ageSeconds) * survival;
  }

  @Override
  public double logDensity(double ageSeconds) {
    double logSurvival = logSurvival(ageSeconds);
    if (logSurvival == Double.NEGATIVE_INFINITY) {
      return logSurvival;
    }
    // Written so that shape 1 at age 0 is not 0 * Infinity.
    double power = shape == 1 ? 0 : (shape - 1) * Math.log(ageSeconds / scaleSeconds);
    return Math.log(shape / scaleSeconds) + power + logSurvival;
  }

  @Override
  public double hazard(double ageSeconds) {
    return shape / scaleSeconds * Math.pow(LawText.age(ageSeconds) / scaleSeconds, shape - 1);
  }

  /** Substituting {@code u = (x/s)^k} turns the integral into an incomplete gamma function. */
  @Override
  public double restrictedMeanSeconds(double ageSeconds) {
    return meanSeconds() * GammaFunctions.lower(1 / shape, cumulativeHazard(ageSeconds));
  }

  @Override
  public double excessMeanSeconds(double ageSeconds) {
    return meanSeconds() * GammaFunctions.upper(1 / shape, cumulativeHazard(ageSeconds));
  }

  @Override
  public double quantile(double probability) {
    double hazard = -Math.log1p(-LawText.probability("probability", probability));
    return scaleSeconds * Math.pow(hazard, 1 / shape);
  }

  @Override
  public double inverseSurvival(double survival) {
    double hazard = 0 - Math.log(LawText.probability("survival", survival));
    return scaleSeconds * Math.pow(hazard, 1 / shape);
  }
}
