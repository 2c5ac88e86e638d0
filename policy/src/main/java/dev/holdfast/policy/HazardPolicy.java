// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Follows the failure rate of the moment, which falls or rises with the time since the last
 * failure: see {@link LocalHazard}.
 *
 * @param text the law's shape as it was written, such as {@code weibull:0.7}
 * @param law of that shape, with any mean
 */
record HazardPolicy(String text, FailureLaw law) implements CheckpointPolicy {
  static final String PREFIX = "hazard:";

  /** Reads {@code hazard:weibull:0.7}. */
  static HazardPolicy parse(String text) {
    String shape = text.substring(PREFIX.length());
    try {
      return new HazardPolicy(shape, FailureLaw.parse(shape, 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("policy \"" + text + "\": " + e.getMessage(), e);
    }
  }

  @Override
  public double workIntervalSeconds(JobState now) {
    Situation situation = now.situation();
    return LocalHazard.nextWorkSeconds(
        law.withMeanSeconds(situation.mttfSeconds()),
        situation.costSeconds(),
        now.exposure().ageSeconds());
  }

  @Override
  public String name() {
    return PREFIX + text;
  }

  @Override
  public String toString() {
    return name();
  }
}
