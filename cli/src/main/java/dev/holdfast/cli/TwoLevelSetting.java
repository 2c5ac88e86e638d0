// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.TwoLevelModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Cheap checkpoints for most failures, dear ones for all.
 *
 * @param levelOneCheckpoints between two of level 2
 * @param alone level 2 alone, for failures of both kinds
 */
record TwoLevelSetting(TwoLevelModel model, int levelOneCheckpoints, ExponentialSetting alone)
    implements SteadySetting {

  /** The best pattern; level 2 alone where that wastes no more. */
  static Setting best(TwoLevelModel model, ExponentialSetting alone) {
    int checkpoints = model.recommended().levelOneCheckpoints();
    return checkpoints == 0 ? alone : new TwoLevelSetting(model, checkpoints, alone);
  }

  @Override
  public double waste(double workIntervalSeconds) {
    double overhead = model.overhead(levelOneCheckpoints, workIntervalSeconds);
    return overhead == Double.POSITIVE_INFINITY ? 1 : overhead / (1 + overhead);
  }

  @Override
  public double bestIntervalSeconds() {
    return model.plan(levelOneCheckpoints).workIntervalSeconds();
  }

  @Override
  public Setting withMttfTimes(double factor) {
    return new TwoLevelSetting(rarer(factor), levelOneCheckpoints, alone.withMttfTimes(factor));
  }

  @Override
  public Setting bestWithMttfTimes(double factor) {
    return best(rarer(factor), alone.withMttfTimes(factor));
  }

  private TwoLevelModel rarer(double factor) {
    return new TwoLevelModel(
        ExponentialSetting.withMttfTimes(model.level1(), factor),
        ExponentialSetting.withMttfTimes(model.level2(), factor));
  }

  @Override
  public List<String> assumptions() {
    return List.of(
        "exponential failures of both kinds",
        FINITE,
        "the other rows use level 2 alone, which survives both kinds");
  }

  @Override
  public String scheme() {
    return " to level 1, after each " + Text.count(levelOneCheckpoints) + " of them one to level 2";
  }

  @Override
  public OptionalDouble ownCostSeconds() {
    return OptionalDouble.of(model.level1().costSeconds());
  }

  @Override
  public Setting forModels() {
    return alone;
  }

  @Override
  public Map<String, Object> json() {
    return Map.of(
        "level1_checkpoints_per_pattern",
        levelOneCheckpoints,
        "level1_cost_s",
        model.level1().costSeconds(),
        "level1_mttf_s",
        model.level1().mttfSeconds(),
        "level1_restart_s",
        model.level1().restartSeconds());
  }
}
