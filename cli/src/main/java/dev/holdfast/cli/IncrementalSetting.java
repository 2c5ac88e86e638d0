// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.IncrementalModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Full checkpoints with incremental ones between them.
 *
 * @param incrementals between two full ones
 */
record IncrementalSetting(IncrementalModel model, int incrementals) implements SteadySetting {
  /** Longer chains gain next to nothing and are one damaged file from being lost. */
  private static final int INCREMENTALS_MAX = 1000;

  static IncrementalSetting best(IncrementalModel model) {
    return new IncrementalSetting(model, model.optimum(INCREMENTALS_MAX).incrementals());
  }

  @Override
  public double waste(double workIntervalSeconds) {
    return model.steadyWaste(incrementals, workIntervalSeconds);
  }

  @Override
  public double bestIntervalSeconds() {
    return model.plan(incrementals).workIntervalSeconds();
  }

  @Override
  public Setting withMttfTimes(double factor) {
    return new IncrementalSetting(rarer(factor), incrementals);
  }

  @Override
  public Setting bestWithMttfTimes(double factor) {
    return best(rarer(factor));
  }

  private IncrementalModel rarer(double factor) {
    return new IncrementalModel(
        ExponentialSetting.withMttfTimes(model.full(), factor),
        model.incrementalCostSeconds(),
        model.incrementalRestartSeconds());
  }

  @Override
  public List<String> assumptions() {
    return List.of("exponential failures of the whole job", FINITE);
  }

  @Override
  public String scheme() {
    return incrementals == 0
        ? ", in full each time: incremental ones do not pay"
        : ", " + Text.count(incrementals, "incremental one") + " between two full ones";
  }

  @Override
  public List<String> warnings() {
    return incrementals < INCREMENTALS_MAX
        ? List.of()
        : List.of(
            "nothing given speaks against more incremental checkpoints than "
                + INCREMENTALS_MAX
                + " between two full ones: give what each adds to a restart, as in"
                + " --incremental 30s/10s");
  }

  @Override
  public OptionalDouble ownCostSeconds() {
    return incrementals == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(model.incrementalCostSeconds());
  }

  @Override
  public Setting forModels() {
    return new ExponentialSetting(model.full());
  }

  @Override
  public Map<String, Object> json() {
    return Map.of(
        "incrementals", incrementals,
        "incremental_cost_s", model.incrementalCostSeconds(),
        "incremental_restart_s", model.incrementalRestartSeconds());
  }
}
