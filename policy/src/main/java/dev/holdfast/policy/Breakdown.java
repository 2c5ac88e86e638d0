// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Where the time of a job is expected to go. The five times add up to the makespan.
 *
 * @param usefulSeconds work that counted: the job's work, once
 * @param reworkSeconds work lost to failures and done again
 * @param checkpointSeconds time blocked by checkpoints, those void because a failure struck
 *     included
 * @param restartSeconds time in restarts, those a failure cut short included
 * @param downSeconds time down before restarts
 * @param failures expected number of failures, not necessarily whole
 */
public record Breakdown(
    double usefulSeconds,
    double reworkSeconds,
    double checkpointSeconds,
    double restartSeconds,
    double downSeconds,
    double failures) {

  /** Expected time from the first start to the end; Infinity where it exceeds a double. */
  public double makespanSeconds() {
    return usefulSeconds + lostSeconds();
  }

  /** Share of the makespan that is not useful work, {@code 1 - useful / makespan}: 0 to 1. */
  public double waste() {
    double lost = lostSeconds();
    // Not 1 - useful/makespan, which has no digits left where the waste is tiny.
    return lost == Double.POSITIVE_INFINITY ? 1 : lost / (usefulSeconds + lost);
  }

  /**
   * Seconds lost per second of useful work, {@code makespan / useful - 1}: 0 or more, Infinity
   * where it exceeds a double. A waste w is an overhead of {@code w / (1 - w)}.
   */
  public double overhead() {
    double lost = lostSeconds();
    return lost == Double.POSITIVE_INFINITY ? lost : lost / usefulSeconds;
  }

  private double lostSeconds() {
    return reworkSeconds + checkpointSeconds + restartSeconds + downSeconds;
  }

  Breakdown plus(Breakdown other) {
    return new Breakdown(
        usefulSeconds + other.usefulSeconds,
        reworkSeconds + other.reworkSeconds,
        checkpointSeconds + other.checkpointSeconds,
        restartSeconds + other.restartSeconds,
        downSeconds + other.downSeconds,
        failures + other.failures);
  }

  /** This breakdown {@code count} times over; count at least 1, so that no Infinity meets a 0. */
  Breakdown times(long count) {
    return new Breakdown(
        usefulSeconds * count,
        reworkSeconds * count,
        checkpointSeconds * count,
        restartSeconds * count,
        downSeconds * count,
        failures * count);
  }
}
