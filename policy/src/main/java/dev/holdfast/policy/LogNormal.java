// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The lognormal law: the logarithm of the lifetime in seconds is normal with mean mu and standard
 * deviation sigma; {@code S(t) = Q(z)} with {@code z = (ln t - mu) / sigma} and Q the upper tail of
 * the standard normal, mean {@code e^(mu + sigma^2/2)}.
 *
 * <p>Its hazard is 0 at age 0, rises to a maximum and falls to 0 again. It is the law repair times
 * mostly follow.
 *
 * @param mu mean of the natural logarithm of the seconds
 * @param sigma standard deviation of that logarithm, between 0.01 and 5
 */
public record LogNormal(double mu, double sigma) implements FailureLaw {
  static final double SIGMA_MIN = 0.01;
  static final double SIGMA_MAX = 5;

  private static final double LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public LogNormal {
    LawText.between("lognormal sigma", sigma, SIGMA_MIN, SIGMA_MAX);
    Check.positive("meanSeconds", Math.exp(mu + sigma * sigma / 2));
  }

  /**
   * The law of a given sigma and mean.
   *
   * @param sigma standard deviation of the logarithm, between 0.01 and 5
   * @param meanSeconds finite, greater than 0
   * @throws IllegalArgumentException if a value is outside its range
   */
  public static LogNormal ofMean(double sigma, double meanSeconds) {
    Check.positive("meanSeconds", meanSeconds);
    return new LogNormal(Math.log(meanSeconds) - sigma * sigma / 2, sigma);
  }

  @Override
  public String id() {
    return "lognormal";
  }

  @Override
  public double meanSeconds() {
    return Math.exp(mu + sigma * sigma / 2);
  }

  @Override
  public LogNormal withMeanSeconds(double meanSeconds) {
    return ofMean(sigma, meanSeconds);
  }

  private double deviations(double ageSeconds) {
    return (Math.log(LawText.age(ageSeconds)) - mu) / sigma;
  }

  @Override
  public double survival(double ageSeconds) {
    return NormalTail.upper(deviations(ageSeconds));
  }

  @Override
  public double logSurvival(double ageSeconds) {
    return NormalTail.logUpper(deviations(ageSeconds));
  }

  @Override
  public double density(double ageSeconds) {
    return Math.exp(logDensity(ageSeconds));
  }

  @Override
  public double logDensity(double ageSeconds) {
    double z = deviations(ageSeconds);
    if (Double.isInfinite(z)) {
      return Double.NEGATIVE_INFINITY;
    }
    return -z * z / 2 - LOG_ROOT_TWO_PI - Math.log(sigma) - Math.log(ageSeconds);
  }

  @Override
  public double hazard(double ageSeconds) {
    double z = deviations(ageSeconds);
    if (Double.isInfinite(z)) {
      return 0;
    }
    return z > 0
        ? NormalTail.hazard(z) / (sigma * ageSeconds)
        : density(ageSeconds) / survival(ageSeconds);
  }

  /** {@code E[X; X < t] + t S(t)}; the first part is a lognormal tail shifted by sigma. */
  @Override
  public double restrictedMeanSeconds(double ageSeconds) {
    double z = deviations(ageSeconds);
    double failed = meanSeconds() * NormalTail.upper(sigma - z);
    double survival = NormalTail.upper(z);
    return survival == 0 ? failed : failed + ageSeconds * survival;
  }

  /** {@code E[X; X > t] - t S(t)}. */
  @Override
  public double excessMeanSeconds(double ageSeconds) {
    double z = deviations(ageSeconds);
    double survival = NormalTail.upper(z);
    // The difference keeps all but a few digits: it is about t S(t) sigma / z.
    return survival == 0 ? 0 : meanSeconds() * NormalTail.upper(z - sigma) - ageSeconds * survival;
  }

  @Override
  public double quantile(double probability) {
    double z = -NormalTail.inverseUpper(LawText.probability("probability", probability));
    return Math.exp(mu + sigma * z);
  }

  @Override
  public double inverseSurvival(double survival) {
    double z = NormalTail.inverseUpper(LawText.probability("survival", survival));
    return Math.exp(mu + sigma * z);
  }
}
