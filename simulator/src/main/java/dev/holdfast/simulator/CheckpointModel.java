// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/** What checkpoints cost a simulated job, and what a restart from them costs. */
public sealed interface CheckpointModel {

  /** Mean time the job loses by a checkpoint, for a policy to plan with, in seconds. */
  double meanCostSeconds();

  /** Mean time of a restart, for a policy to plan with, in seconds. */
  double meanRestartSeconds();

  /**
   * The job waits for every checkpoint.
   *
   * @param costSeconds C, mean; greater than 0
   * @param deviationSeconds standard deviation of C, which is gamma distributed; 0 for always the
   *     same
   * @param restartSeconds R, 0 or more
   */
  record Blocking(double costSeconds, double deviationSeconds, double restartSeconds)
      implements CheckpointModel {
    /** Checks the ranges. */
    public Blocking {
      Require.positive("costSeconds", costSeconds);
      Require.nonNegative("deviationSeconds", deviationSeconds);
      Require.nonNegative("restartSeconds", restartSeconds);
    }

    @Override
    public double meanCostSeconds() {
      return costSeconds;
    }

    @Override
    public double meanRestartSeconds() {
      return restartSeconds;
    }
  }

  /**
   * The job works on, more slowly, while a checkpoint is written; one is written at a time.
   *
   * @param overheadSeconds what the job loses by a checkpoint; greater than 0
   * @param latencySeconds time from its begin until it can be used; at least the overhead
   * @param restartSeconds R, 0 or more
   */
  record Asynchronous(double overheadSeconds, double latencySeconds, double restartSeconds)
      implements CheckpointModel {
    /** Checks the ranges. */
    public Asynchronous {
      Require.positive("overheadSeconds", overheadSeconds);
      Require.atLeast("latencySeconds", latencySeconds, overheadSeconds);
      Require.nonNegative("restartSeconds", restartSeconds);
    }

    @Override
    public double meanCostSeconds() {
      return overheadSeconds;
    }

    @Override
    public double meanRestartSeconds() {
      return restartSeconds;
    }
  }

  /**
   * A full checkpoint, then so many incremental ones, then a full one again; the job waits for
   * each.
   *
   * @param fullSeconds cost of a full one; greater than 0
   * @param incrementalSeconds cost of an incremental one; greater than 0
   * @param incrementals between two full ones, 0 or more
   * @param fullRestartSeconds restart from a full one, 0 or more
   * @param incrementRestartSeconds what every incremental one since adds to it, 0 or more
   */
  record Incremental(
      double fullSeconds,
      double incrementalSeconds,
      int incrementals,
      double fullRestartSeconds,
      double incrementRestartSeconds)
      implements CheckpointModel {
    /** Checks the ranges. */
    public Incremental {
      Require.positive("fullSeconds", fullSeconds);
      Require.positive("incrementalSeconds", incrementalSeconds);
      Require.nonNegative("incrementals", incrementals);
      Require.nonNegative("fullRestartSeconds", fullRestartSeconds);
      Require.nonNegative("incrementRestartSeconds", incrementRestartSeconds);
    }

    @Override
    public double meanCostSeconds() {
      return (fullSeconds + incrementals * incrementalSeconds) / (incrementals + 1);
    }

    @Override
    public double meanRestartSeconds() {
      return fullRestartSeconds + incrementals * incrementRestartSeconds / 2;
    }
  }

  /**
   * Cheap checkpoints that survive most failures; after so many of them one more, dear, that
   * survives all. The job waits for each.
   *
   * @param costSeconds of the first level; greater than 0
   * @param restartSeconds from the first level, 0 or more
   * @param safeCostSeconds of the second level; greater than 0
   * @param safeRestartSeconds from the second level, 0 or more
   * @param perSafe first-level checkpoints before each of the second level, 1 or more
   * @param needsSafe share of failures that need the second level, 0 to 1
   */
  record TwoLevel(
      double costSeconds,
      double restartSeconds,
      double safeCostSeconds,
      double safeRestartSeconds,
      int perSafe,
      double needsSafe)
      implements CheckpointModel {
    /** Checks the ranges. */
    public TwoLevel {
      Require.positive("costSeconds", costSeconds);
      Require.nonNegative("restartSeconds", restartSeconds);
      Require.positive("safeCostSeconds", safeCostSeconds);
      Require.nonNegative("safeRestartSeconds", safeRestartSeconds);
      Require.atLeast("perSafe", perSafe, 1);
      Require.share("needsSafe", needsSafe);
    }

    @Override
    public double meanCostSeconds() {
      return costSeconds + safeCostSeconds / perSafe;
    }

    @Override
    public double meanRestartSeconds() {
      return restartSeconds + needsSafe * (safeRestartSeconds - restartSeconds);
    }
  }
}
