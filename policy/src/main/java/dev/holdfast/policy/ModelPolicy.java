// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.function.ToDoubleFunction;

/** A policy that follows a formula. */
record ModelPolicy(String name, ToDoubleFunction<Situation> formula) implements CheckpointPolicy {

  static final ModelPolicy YOUNG =
      new ModelPolicy("young", s -> Young.workIntervalSeconds(s.costSeconds(), s.mttfSeconds()));
  static final ModelPolicy DALY =
      new ModelPolicy("daly", s -> Daly.higherOrder(s.costSeconds(), s.mttfSeconds()));
  static final ModelPolicy EXACT =
      new ModelPolicy(
          "exact", s -> ExactOptimum.workIntervalSeconds(s.costSeconds(), s.mttfSeconds()));

  @Override
  public double workIntervalSeconds(JobState now) {
    return formula.applyAsDouble(now.situation());
  }

  @Override
  public String toString() {
    return name;
  }
}
