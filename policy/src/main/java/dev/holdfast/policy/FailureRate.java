// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.distribution.GammaDistribution;

/**
 * A failure rate learned from what a job has seen, beginning from what was assumed.
 *
 * <p><b>Formula.</b> With exponential failures and a gamma prior of shape {@code a} (in failures:
 * how much the assumption is worth) and rate {@code a M0}, the rate after {@code n} failures in
 * time {@code t} at risk is gamma distributed with shape {@code a + n} and rate {@code a M0 + t}.
 * Its mean gives
 *
 * <pre>  M = (a M0 + t) / (a + n)</pre>
 *
 * <p>The mean of the <em>rate</em> is the right one to plan with: the expected cost {@code C/w +
 * E[l] w/2} of an interval depends on nothing else. The mean of M would be too long, and does not
 * exist for {@code a + n <= 1}.
 *
 * <p><b>Assumptions, limits.</b> A constant rate. Where it falls with age (new machines) or jumps,
 * {@link #forget} lets old observations fade.
 *
 * <p><b>Source.</b> The gamma distribution is conjugate to the Poisson process: A. Gelman et al.,
 * "Bayesian Data Analysis", 3rd edition, section 2.6.
 *
 * @param assumedMttfSeconds M0, what was stated or assumed; finite, greater than 0
 * @param assumedFailures a, the worth of the assumption in failures; finite, greater than 0
 * @param atRiskSeconds t, finite, 0 or more
 * @param failures n, finite, 0 or more; not whole after forgetting
 */
public record FailureRate(
    double assumedMttfSeconds, double assumedFailures, double atRiskSeconds, double failures) {

  /** Checks the ranges. */
  public FailureRate {
    Check.positive("assumedMttfSeconds", assumedMttfSeconds);
    Check.positive("assumedFailures", assumedFailures);
    Check.nonNegative("atRiskSeconds", atRiskSeconds);
    Check.nonNegative("failures", failures);
  }

  /** Nothing seen yet; the assumption counts as much as one failure. */
  public static FailureRate assuming(double mttfSeconds) {
    return new FailureRate(mttfSeconds, 1, 0, 0);
  }

  /** After more time at risk, in which so many failures struck. */
  public FailureRate seeing(double moreAtRiskSeconds, double moreFailures) {
    return new FailureRate(
        assumedMttfSeconds,
        assumedFailures,
        atRiskSeconds + moreAtRiskSeconds,
        failures + moreFailures);
  }

  /**
   * What was seen counts less: by {@code e^(-elapsed / horizon)}. A horizon of 10 to 20 times the
   * mean time to failure follows a falling rate without much noise.
   *
   * @param elapsedSeconds time since the last call, 0 or more
   * @param horizonSeconds greater than 0
   */
  public FailureRate forget(double elapsedSeconds, double horizonSeconds) {
    Check.nonNegative("elapsedSeconds", elapsedSeconds);
    Check.positiveOrInfinite("horizonSeconds", horizonSeconds);
    double kept = Math.exp(-elapsedSeconds / horizonSeconds);
    return new FailureRate(
        assumedMttfSeconds, assumedFailures, atRiskSeconds * kept, failures * kept);
  }

  /** The mean time to failure to plan with, in seconds. */
  public double mttfSeconds() {
    return (assumedFailures * assumedMttfSeconds + atRiskSeconds) / (assumedFailures + failures);
  }

  /**
   * The mean time to failure that the true one stays below with this probability, in seconds.
   *
   * @param probability between 0 and 1, both excluded
   */
  public double mttfQuantileSeconds(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "probability is " + probability + ": it must lie between 0 and 1");
    }
    double shape = assumedFailures + failures;
    double unit =
        new GammaDistribution(null, shape, 1).inverseCumulativeProbability(1 - probability);
    return (assumedFailures * assumedMttfSeconds + atRiskSeconds) / unit;
  }
}
