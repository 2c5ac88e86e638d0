// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.PreemptionModel;
import java.util.List;
import java.util.Map;

/** Failures without warning, and preemptions that a notice comes before. */
record PreemptionSetting(PreemptionModel model) implements SteadySetting {

  @Override
  public double waste(double workIntervalSeconds) {
    return model.steadyWaste(workIntervalSeconds);
  }

  @Override
  public double bestIntervalSeconds() {
    return model.workIntervalSeconds();
  }

  @Override
  public Setting withMttfTimes(double factor) {
    return new PreemptionSetting(
        new PreemptionModel(
            ExponentialSetting.withMttfTimes(model.situation(), factor),
            model.preemptionMttfSeconds(),
            model.caughtProbability(),
            model.noticeCostSeconds(),
            model.longestIntervalSeconds()));
  }

  @Override
  public List<String> assumptions() {
    return List.of(
        "exponential failures of the whole job, and preemptions every "
            + Times.words(model.preemptionMttfSeconds())
            + " on average",
        Text.format(
            "the notice is long enough for a checkpoint in %s of cases",
            Times.percent(model.caughtProbability())),
        "the interval is the optimum for what strikes without notice",
        FINITE);
  }

  @Override
  public String scheme() {
    return model.caughtProbability() > 0 ? ", and at every notice" : "";
  }

  @Override
  public List<String> warnings() {
    return model.caughtProbability() > 0
            && model.workIntervalSeconds() > PreemptionModel.LONGEST_INTERVAL_SECONDS
        ? List.of(
            "so long an interval relies on the notices: one that does not come loses all of it")
        : List.of();
  }

  @Override
  public Map<String, Object> json() {
    return Map.of(
        "caught_probability", model.caughtProbability(),
        "effective_mttf_s", model.effectiveMttfSeconds());
  }
}
