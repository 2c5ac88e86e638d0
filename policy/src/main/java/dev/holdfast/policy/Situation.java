// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * What a policy needs to know about a job: what a checkpoint costs it and how failures treat it.
 *
 * @param costSeconds C, the time the job is blocked by one checkpoint; finite, greater than 0 (at a
 *     cost of 0 the best interval is 0, so a measured cost needs a floor)
 * @param mttfSeconds M, the mean time to failure of the whole job, not of one node; finite, greater
 *     than 0
 * @param restartSeconds R, the time from the begin of a restart to the first new work; finite, 0 or
 *     more
 * @param downtimeSeconds D, the time after a failure before a restart may begin; finite, 0 or more
 */
public record Situation(
    double costSeconds, double mttfSeconds, double restartSeconds, double downtimeSeconds) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public Situation {
    Check.positive("costSeconds", costSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    Check.nonNegative("restartSeconds", restartSeconds);
    Check.nonNegative("downtimeSeconds", downtimeSeconds);
  }

  /**
   * The same with failures at another rate.
   *
   * @throws IllegalArgumentException if it is not finite and greater than 0
   */
  public Situation withMttfSeconds(double other) {
    return new Situation(costSeconds, other, restartSeconds, downtimeSeconds);
  }
}
