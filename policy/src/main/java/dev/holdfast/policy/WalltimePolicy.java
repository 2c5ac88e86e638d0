// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The exact optimum for the stated MTTF; where the allocation ends, the best plan until then. What
 * {@link AdaptivePolicy} does, without learning.
 */
record WalltimePolicy() implements CheckpointPolicy {
  static final WalltimePolicy INSTANCE = new WalltimePolicy();

  @Override
  public double workIntervalSeconds(JobState now) {
    Situation situation = now.situation();
    return now.allocation().ends()
        ? WalltimePlan.workSeconds(now, situation.mttfSeconds())
        : ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds());
  }

  @Override
  public String name() {
    return "walltime";
  }

  @Override
  public String toString() {
    return name();
  }
}
