// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.ExactOptimum;
import dev.holdfast.policy.Optimum;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.policy.Situation;
import java.util.List;

/**
 * Failures at a constant rate: exact throughout.
 *
 * @param failures what is taken for granted about them, as a phrase
 * @param warnings where that is doubtful
 */
record ExponentialSetting(Situation situation, String failures, List<String> warnings)
    implements Setting {

  ExponentialSetting(Situation situation) {
    this(situation, "exponential failures of the whole job", List.of());
  }

  @Override
  public double waste(double workIntervalSeconds) {
    return SegmentModel.steadyWaste(workIntervalSeconds, situation);
  }

  @Override
  public Outcome job(double workSeconds, double workIntervalSeconds) {
    return Outcome.of(
        SegmentModel.breakdown(workSeconds, workIntervalSeconds, situation),
        SegmentModel.standardDeviationSeconds(workSeconds, workIntervalSeconds, situation));
  }

  @Override
  public double bestIntervalSeconds() {
    return ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds());
  }

  @Override
  public Plan bestPlan(double workSeconds) {
    Optimum best = ExactOptimum.forJob(workSeconds, situation);
    return new Plan(
        best.segments(),
        best.segmentWorkSeconds(),
        Outcome.of(best.breakdown(), best.standardDeviationSeconds()));
  }

  @Override
  public ExponentialSetting withMttfTimes(double factor) {
    return new ExponentialSetting(withMttfTimes(situation, factor), failures, warnings);
  }

  static Situation withMttfTimes(Situation situation, double factor) {
    return situation.withMttfSeconds(situation.mttfSeconds() * factor);
  }

  @Override
  public List<String> assumptions() {
    return List.of(failures);
  }
}
