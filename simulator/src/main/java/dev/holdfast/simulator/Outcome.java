// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

/**
 * What a simulation found, over all its jobs; times in seconds.
 *
 * @param workSeconds W, useful work of each job
 * @param makespan from the first start to the end
 * @param rework work done again
 * @param checkpoint lost to checkpoints, void ones included
 * @param restart in restarts, failed ones included
 * @param down in downtime
 * @param queue waiting for allocations
 * @param failures that struck, preemptions not included
 * @param preemptions that struck
 * @param allocations used
 * @param checkpoints completed
 */
public record Outcome(
    double workSeconds,
    Distribution makespan,
    Distribution rework,
    Distribution checkpoint,
    Distribution restart,
    Distribution down,
    Distribution queue,
    Distribution failures,
    Distribution preemptions,
    Distribution allocations,
    Distribution checkpoints) {

  static Outcome empty(double workSeconds) {
    return new Outcome(
        workSeconds,
        Distribution.ofSeconds(),
        Distribution.ofSeconds(),
        Distribution.ofSeconds(),
        Distribution.ofSeconds(),
        Distribution.ofSeconds(),
        Distribution.ofSeconds(),
        Distribution.ofCounts(),
        Distribution.ofCounts(),
        Distribution.ofCounts(),
        Distribution.ofCounts());
  }

  /** How many jobs were simulated. */
  public long jobs() {
    return makespan.count();
  }

  /** Share of the mean makespan that is not useful work, 0 to 1. */
  public double waste() {
    return 1 - workSeconds / makespan.mean();
  }

  void add(JobRun run) {
    makespan.add(run.makespanSeconds());
    rework.add(Math.max(0, run.workSeconds - workSeconds));
    checkpoint.add(run.checkpointSeconds);
    restart.add(run.restartSeconds);
    down.add(run.downSeconds);
    queue.add(run.queueSeconds);
    failures.add((double) run.failures);
    preemptions.add((double) run.preemptions);
    allocations.add((double) run.allocations);
    checkpoints.add((double) run.checkpoints);
  }

  void add(Outcome other) {
    makespan.add(other.makespan);
    rework.add(other.rework);
    checkpoint.add(other.checkpoint);
    restart.add(other.restart);
    down.add(other.down);
    queue.add(other.queue);
    failures.add(other.failures);
    preemptions.add(other.preemptions);
    allocations.add(other.allocations);
    checkpoints.add(other.checkpoints);
  }
}
