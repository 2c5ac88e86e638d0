// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Locale;

/**
 * Learns the failure rate from the job's own history (see {@link FailureRate}) and checkpoints at
 * the exact optimum for it, or, where the allocation ends, by the best plan until then.
 *
 * <p>A new optimum is adopted only when it differs by more than a fifth from the interval in force:
 * an interval off by that much costs less than 2 % of the waste, and one that twitches with every
 * measurement explains itself badly. The interval is at least twice the cost and at most half of M,
 * which matters only where the cost is a fifth of M or more: estimates are poor there.
 *
 * @param assumedFailures what the stated MTTF is worth, in failures; greater than 0
 */
record AdaptivePolicy(double assumedFailures) implements CheckpointPolicy {
  static final String NAME = "adaptive";
  static final AdaptivePolicy DEFAULT = new AdaptivePolicy(1);

  private static final double ADOPT_BEYOND = 1.2;
  private static final double COSTS_MIN = 2;
  private static final double MTTF_SHARE_MAX = 0.5;

  AdaptivePolicy {
    Check.positive("assumedFailures", assumedFailures);
  }

  /** Reads {@code adaptive:2}. */
  static AdaptivePolicy parse(String text) {
    String worth = text.substring(NAME.length() + 1);
    try {
      return new AdaptivePolicy(Double.parseDouble(worth));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "policy \"" + text + "\": write adaptive, or adaptive:2 for an MTTF worth 2 failures", e);
    }
  }

  @Override
  public double workIntervalSeconds(JobState now) {
    double cost = now.situation().costSeconds();
    double mttf = rate(now).mttfSeconds();
    if (now.allocation().ends()) {
      return WalltimePlan.workSeconds(now, mttf);
    }
    double least = COSTS_MIN * cost;
    double most = MTTF_SHARE_MAX * mttf;
    if (least >= most) {
      least = 0;
      most = Double.POSITIVE_INFINITY;
    }
    double inForce = now.intervalSeconds();
    double above = inForce / ADOPT_BEYOND;
    double below = inForce * ADOPT_BEYOND;
    boolean near =
        least < below
            && most > above
            && ExactOptimum.liesBetween(
                least > above ? 0 : above,
                most < below ? Double.POSITIVE_INFINITY : below,
                cost,
                mttf);
    return near ? inForce : Math.clamp(ExactOptimum.workIntervalSeconds(cost, mttf), least, most);
  }

  /** A longer time at risk makes M longer, so what is wanted only grows until the next failure. */
  @Override
  public boolean steadyBetweenFailures() {
    return true;
  }

  private FailureRate rate(JobState now) {
    JobState.Exposure exposure = now.exposure();
    return new FailureRate(
        now.situation().mttfSeconds(),
        assumedFailures,
        exposure.atRiskSeconds(),
        exposure.failures());
  }

  @Override
  public double mttfSeconds(JobState now) {
    return rate(now).mttfSeconds();
  }

  @Override
  public String name() {
    return equals(DEFAULT) ? NAME : String.format(Locale.ROOT, "%s:%s", NAME, assumedFailures);
  }

  @Override
  public String toString() {
    return name();
  }
}
