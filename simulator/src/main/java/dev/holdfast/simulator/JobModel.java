// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.Situation;
import java.util.Optional;

/**
 * A job to simulate.
 *
 * @param workSeconds W, useful work; finite, greater than 0
 * @param checkpoints what checkpoints and restarts cost
 * @param downtimeSeconds D, from a failure until a restart may begin; finite, 0 or more
 * @param allocation the allocations it runs in; empty where nobody ends it
 * @param preemption how it is preempted; empty where it is not
 */
public record JobModel(
    double workSeconds,
    CheckpointModel checkpoints,
    double downtimeSeconds,
    Optional<Allocation> allocation,
    Optional<Preemption> preemption) {

  /** Checks the ranges. */
  public JobModel {
    Require.positive("workSeconds", workSeconds);
    Require.nonNegative("downtimeSeconds", downtimeSeconds);
  }

  /** A job that nobody ends or preempts. */
  public JobModel(double workSeconds, CheckpointModel checkpoints, double downtimeSeconds) {
    this(workSeconds, checkpoints, downtimeSeconds, Optional.empty(), Optional.empty());
  }

  /** A job whose checkpoints all block it for the same time. */
  public static JobModel blocking(
      double workSeconds, double costSeconds, double restartSeconds, double downtimeSeconds) {
    return new JobModel(
        workSeconds, new CheckpointModel.Blocking(costSeconds, 0, restartSeconds), downtimeSeconds);
  }

  /** What a policy is told about it: mean costs, and failures at this rate. */
  Situation situation(double statedMttfSeconds) {
    return new Situation(
        checkpoints.meanCostSeconds(),
        statedMttfSeconds,
        checkpoints.meanRestartSeconds(),
        downtimeSeconds);
  }

  /** The same job in allocations. */
  public JobModel in(Allocation allocations) {
    return new JobModel(
        workSeconds, checkpoints, downtimeSeconds, Optional.of(allocations), preemption);
  }

  /** The same job, preempted. */
  public JobModel with(Preemption preemptions) {
    return new JobModel(
        workSeconds, checkpoints, downtimeSeconds, allocation, Optional.of(preemptions));
  }

  /**
   * The job runs in allocations of fixed length. At the end of one all work since the last
   * checkpoint is lost; the next begins after a wait, with a restart.
   *
   * @param lengthSeconds finite, greater than 0
   * @param waitSeconds time in the queue before the next, 0 or more
   * @param lastCheckpoint whether the job makes a checkpoint that ends with the allocation, as
   *     Holdfast does; without, it works on until it is cut off
   */
  public record Allocation(double lengthSeconds, double waitSeconds, boolean lastCheckpoint) {
    /** Checks the ranges. */
    public Allocation {
      Require.positive("lengthSeconds", lengthSeconds);
      Require.nonNegative("waitSeconds", waitSeconds);
    }
  }

  /**
   * The platform takes the nodes away, at random, after a notice. Where a checkpoint fits into the
   * notice the job makes one; else preemption is a failure. Then follow downtime and restart.
   *
   * @param meanSeconds mean time between preemptions, exponential; greater than 0
   * @param noticeSeconds from the notice to the end, 0 or more
   */
  public record Preemption(double meanSeconds, double noticeSeconds) {
    /** Checks the ranges. */
    public Preemption {
      Require.positive("meanSeconds", meanSeconds);
      Require.nonNegative("noticeSeconds", noticeSeconds);
    }
  }
}
