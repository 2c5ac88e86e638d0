// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import dev.holdfast.policy.FailureLaw;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A law fitted to a sample.
 *
 * @param law the law of greatest likelihood in its family
 * @param failures how many times of the sample ended in a failure
 * @param logLikelihood natural logarithm of the likelihood, with times in seconds
 * @param parameters its parameters, see {@link LawFamily#parameters}
 * @param mttf the mean of the law, in seconds
 * @param distance the Kolmogorov-Smirnov distance, 0 to 1: the largest difference between the law
 *     and the survival of the sample (Kaplan-Meier if it is censored)
 * @param pValue how often a sample drawn from this law and fitted anew is at least this far from
 *     its fit; empty if that was not tried
 */
public record Fit(
    FailureLaw law,
    int failures,
    double logLikelihood,
    List<Estimate> parameters,
    Estimate mttf,
    double distance,
    OptionalDouble pValue) {

  /** The family of the law. */
  public LawFamily family() {
    return LawFamily.of(law);
  }

  /** Akaike's criterion {@code 2 p - 2 logL} for p parameters, with times in seconds. */
  public double aic() {
    return 2 * parameters.size() - 2 * logLikelihood;
  }

  /**
   * The log-likelihood with times in another unit. The unit shifts it by the same amount for every
   * law, so it matters only beside numbers that others computed.
   *
   * @param unitSeconds such as 3600 for hours
   */
  public double logLikelihood(double unitSeconds) {
    return logLikelihood + failures * Math.log(unitSeconds);
  }

  /** Akaike's criterion with times in another unit, see {@link #logLikelihood(double)}. */
  public double aic(double unitSeconds) {
    return 2 * parameters.size() - 2 * logLikelihood(unitSeconds);
  }
}
