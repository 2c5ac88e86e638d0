// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The memoryless law: {@code S(t) = e^(-t/M)}, hazard {@code 1/M} at every age.
 *
 * @param meanSeconds M, finite, greater than 0
 */
public record Exponential(double meanSeconds) implements FailureLaw {

  /**
   * Checks the mean.
   *
   * @throws IllegalArgumentException if it is outside its range
   */
  public Exponential {
    Check.positive("meanSeconds", meanSeconds);
  }

  @Override
  public String id() {
    return "exponential";
  }

  @Override
  public Exponential withMeanSeconds(double meanSeconds) {
    return new Exponential(meanSeconds);
  }

  @Override
  public double survival(double ageSeconds) {
    return Math.exp(logSurvival(ageSeconds));
  }

  @Override
  public double logSurvival(double ageSeconds) {
    return -LawText.age(ageSeconds) / meanSeconds;
  }

  @Override
  public double density(double ageSeconds) {
    return survival(ageSeconds) / meanSeconds;
  }

  @Override
  public double logDensity(double ageSeconds) {
    return logSurvival(ageSeconds) - Math.log(meanSeconds);
  }

  @Override
  public double hazard(double ageSeconds) {
    LawText.age(ageSeconds);
    return 1 / meanSeconds;
  }

  @Override
  public double restrictedMeanSeconds(double ageSeconds) {
    return -meanSeconds * Math.expm1(logSurvival(ageSeconds));
  }

  @Override
  public double excessMeanSeconds(double ageSeconds) {
    return meanSeconds * survival(ageSeconds);
  }

  @Override
  public double quantile(double probability) {
    return -meanSeconds * Math.log1p(-LawText.probability("probability", probability));
  }

  @Override
  public double inverseSurvival(double survival) {
    return meanSeconds * (0 - Math.log(LawText.probability("survival", survival)));
  }
}
