// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.simulator.CheckpointModel;
import dev.holdfast.simulator.JobModel;
import dev.holdfast.simulator.Outcome;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One job under one kind of failures, simulated with several policies.
 *
 * @param failures as a phrase
 * @param random whether chance plays a part; a replayed log leaves none
 */
record SimulatedCase(
    Inputs inputs, String failures, boolean random, List<Result> results, List<String> warnings) {

  /**
   * What one policy came to.
   *
   * @param predictedSeconds the mean makespan that the models expect, where they know such a job
   */
  record Result(
      String policy,
      OptionalDouble workIntervalSeconds,
      Outcome outcome,
      OptionalDouble predictedSeconds) {

    /** How far the simulation is from the prediction, in standard errors of its mean. */
    OptionalDouble deviation() {
      double error = outcome.makespan().standardError();
      return predictedSeconds.isEmpty() || error == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((outcome.makespan().mean() - predictedSeconds.getAsDouble()) / error);
    }
  }

  /** The job that these inputs and this scheme describe. */
  static JobModel model(Inputs inputs, Setting setting, double queueWaitSeconds) {
    JobModel job =
        new JobModel(
            inputs.workSeconds().orElseThrow(),
            checkpoints(inputs, setting),
            inputs.orZero(Parameter.DOWNTIME));
    if (inputs.given(Parameter.PREEMPTION)) {
      job =
          job.with(
              new JobModel.Preemption(
                  inputs.orZero(Parameter.PREEMPTION), inputs.orZero(Parameter.NOTICE)));
    }
    return inputs.given(Parameter.WALLTIME)
        ? job.in(new JobModel.Allocation(inputs.orZero(Parameter.WALLTIME), queueWaitSeconds, true))
        : job;
  }

  private static CheckpointModel checkpoints(Inputs inputs, Setting setting) {
    double restart = inputs.orZero(Parameter.RESTART);
    return switch (setting) {
      case AsynchronousSetting a ->
          new CheckpointModel.Asynchronous(
              inputs.orZero(Parameter.COST), a.model().latencySeconds(), restart);
      case IncrementalSetting i ->
          new CheckpointModel.Incremental(
              i.model().full().costSeconds(),
              i.model().incrementalCostSeconds(),
              i.incrementals(),
              restart,
              i.model().incrementalRestartSeconds());
      case TwoLevelSetting t -> twoLevel(t);
      default ->
          new CheckpointModel.Blocking(
              inputs.orZero(Parameter.COST), inputs.orZero(Parameter.COST_SD), restart);
    };
  }

  private static CheckpointModel twoLevel(TwoLevelSetting setting) {
    double cheap = 1 / setting.model().level1().mttfSeconds();
    double dear = 1 / setting.model().level2().mttfSeconds();
    return new CheckpointModel.TwoLevel(
        setting.model().level1().costSeconds(),
        setting.model().level1().restartSeconds(),
        setting.model().level2().costSeconds(),
        setting.model().level2().restartSeconds(),
        setting.levelOneCheckpoints(),
        dear / (cheap + dear));
  }
}
