// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Arrays;

/**
 * The constant cost that is worth a random one, for the models of this package, when failures are
 * exponential.
 *
 * <p><b>Which constant</b> depends on what repeats when a failure strikes before the checkpoint is
 * complete and the segment is tried again.
 *
 * <ul>
 *   <li>The same cost: it belongs to the state to be written. {@code C = M ln E[e^(C/M)]} ({@link
 *       #effectiveSeconds}), more than the mean, since the long ones meet more failures, each of
 *       which repeats them. To second order {@code E[C] + Var(C) / (2M)}.
 *   <li>A new cost: it belongs to the moment, as with a busy file system. {@code C = -M ln
 *       E[e^(-C/M)]} ({@link #redrawnSeconds}), less than the mean. To second order {@code E[C] -
 *       Var(C) / (2M)}.
 * </ul>
 *
 * <p>With it the expected time of a segment and the optimal interval are exact. Where deviations
 * are small against M, both are the mean. The breakdown and the standard deviation of {@link
 * SegmentModel} are not covered: a random cost adds a variance of its own.
 *
 * <p><b>Assumptions.</b> Costs independent of failures and of each other. Deadlines need a high
 * quantile of the cost instead.
 *
 * <p><b>Source.</b> Taking the expectation over C of {@link SegmentModel}'s expected time, in which
 * C appears as {@code e^(C/M)} only; for a redrawn cost, of the probability that a try succeeds.
 */
public final class RandomCost {
  private RandomCost() {}

  /**
   * The effective cost {@code M ln mean(e^(c/M))} of a sample of costs, each equally likely.
   *
   * @param costsSeconds at least one; finite, 0 or more, not all 0
   * @param mttfSeconds M, finite, greater than 0
   * @return seconds, from the mean to the largest of the sample
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double effectiveSeconds(double[] costsSeconds, double mttfSeconds) {
    checkSample(costsSeconds, mttfSeconds);
    return logMeanExp(costsSeconds, mttfSeconds);
  }

  /**
   * The effective cost by its expansion {@code mean + deviation^2 / (2M)}; the error is of the
   * order of {@code deviation^3 / M^2}.
   *
   * @param meanSeconds mean cost, finite, greater than 0
   * @param deviationSeconds standard deviation of the cost, finite, 0 or more
   * @param mttfSeconds M, finite, greater than 0
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double effectiveSeconds(
      double meanSeconds, double deviationSeconds, double mttfSeconds) {
    Check.positive("meanSeconds", meanSeconds);
    Check.nonNegative("deviationSeconds", deviationSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    return meanSeconds + deviationSeconds * (deviationSeconds / mttfSeconds) / 2;
  }

  /**
   * The effective cost {@code -M ln mean(e^(-c/M))} where every try draws a new one.
   *
   * @param costsSeconds at least one; finite, 0 or more, not all 0
   * @param mttfSeconds M, finite, greater than 0
   * @return seconds, from the smallest to the mean of the sample
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double redrawnSeconds(double[] costsSeconds, double mttfSeconds) {
    checkSample(costsSeconds, mttfSeconds);
    return logMeanExp(costsSeconds, -mttfSeconds);
  }

  /**
   * The effective cost where every try draws a new one from a gamma distribution, {@code M k ln(1 +
   * t/M)} with {@code k = mean^2 / deviation^2} and {@code t = deviation^2 / mean}.
   *
   * @param meanSeconds mean cost, finite, greater than 0
   * @param deviationSeconds standard deviation of the cost, finite, 0 or more
   * @param mttfSeconds M, finite, greater than 0
   * @return seconds, greater than 0, at most the mean
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double redrawnSeconds(
      double meanSeconds, double deviationSeconds, double mttfSeconds) {
    Check.positive("meanSeconds", meanSeconds);
    Check.nonNegative("deviationSeconds", deviationSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    double scale = deviationSeconds * (deviationSeconds / meanSeconds);
    double x = scale / mttfSeconds;
    return x < 1e-12 ? meanSeconds : meanSeconds * (Math.log1p(x) / x);
  }

  /** {@code scale ln mean(e^(x/scale))}, exact to the last digits however small or large x is. */
  private static double logMeanExp(double[] values, double scale) {
    // Taken out of the mean: the exponent that dominates, so that none of the others overflows.
    double shift =
        (scale > 0 ? Arrays.stream(values).max() : Arrays.stream(values).min()).orElseThrow();
    double sum = 0;
    for (double value : values) {
      sum += Math.expm1((value - shift) / scale);
    }
    return shift + scale * Math.log1p(sum / values.length);
  }

  private static void checkSample(double[] costsSeconds, double mttfSeconds) {
    Check.positive("mttfSeconds", mttfSeconds);
    if (costsSeconds.length == 0) {
      throw new IllegalArgumentException("costsSeconds is empty: it must hold at least one cost");
    }
    for (int i = 0; i < costsSeconds.length; i++) {
      Check.nonNegative("costsSeconds[" + i + "]", costsSeconds[i]);
    }
    Check.positive("largest of costsSeconds", Arrays.stream(costsSeconds).max().orElseThrow());
  }
}
