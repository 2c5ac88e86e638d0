// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The best schedule of a finite job, and what it costs.
 *
 * @param workIntervalSeconds optimal work interval of an endless job in the same situation
 * @param segments optimal number of segments of this job; 1 means not to checkpoint
 * @param segmentWorkSeconds work of each segment of this job but the last, which has none to follow
 *     and works for the time of one checkpoint longer (its cost, or its latency where the job goes
 *     on meanwhile); the whole work when there is one segment
 * @param standardDeviationSeconds standard deviation of the makespan
 * @param breakdown expected makespan and where it goes
 */
public record Optimum(
    double workIntervalSeconds,
    long segments,
    double segmentWorkSeconds,
    double standardDeviationSeconds,
    Breakdown breakdown) {

  /** Expected time from the first start to the end. */
  public double makespanSeconds() {
    return breakdown.makespanSeconds();
  }

  /** Expected share of the makespan that is not useful work, 0 to 1. */
  public double waste() {
    return breakdown.waste();
  }
}
