// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.AsynchronousModel;
import dev.holdfast.policy.Optimum;
import java.util.List;
import java.util.Map;

/** Checkpoints that are written while the job goes on. */
record AsynchronousSetting(AsynchronousModel model) implements Setting {

  @Override
  public double waste(double workIntervalSeconds) {
    return model.steadyWaste(workIntervalSeconds);
  }

  @Override
  public Outcome job(double workSeconds, double workIntervalSeconds) {
    return Outcome.of(
        model.breakdown(workSeconds, workIntervalSeconds),
        model.standardDeviationSeconds(workSeconds, workIntervalSeconds));
  }

  @Override
  public double bestIntervalSeconds() {
    return model.workIntervalSeconds();
  }

  @Override
  public Plan bestPlan(double workSeconds) {
    Optimum best = model.forJob(workSeconds);
    return new Plan(
        best.segments(),
        best.segmentWorkSeconds(),
        Outcome.of(best.breakdown(), best.standardDeviationSeconds()));
  }

  @Override
  public Setting withMttfTimes(double factor) {
    return new AsynchronousSetting(
        new AsynchronousModel(
            ExponentialSetting.withMttfTimes(model.situation(), factor), model.latencySeconds()));
  }

  @Override
  public List<String> assumptions() {
    return List.of(
        "exponential failures of the whole job",
        Text.format(
            "a checkpoint delays the job by %s and is usable %s after its start",
            Times.words(model.situation().costSeconds()), Times.words(model.latencySeconds())));
  }

  @Override
  public List<String> warnings() {
    return model.workIntervalSeconds() > model.leastWorkIntervalSeconds()
        ? List.of()
        : List.of(
            "the interval is as short as the latency allows: one checkpoint is in flight at a"
                + " time; a shorter latency would help");
  }

  @Override
  public Map<String, Object> json() {
    return Map.of("least_work_interval_s", model.leastWorkIntervalSeconds());
  }
}
