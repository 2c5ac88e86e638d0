// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import java.util.random.RandomGenerator;

/**
 * A job whose checkpoints block it for the same time, under a policy that learns but leaves its
 * interval alone for most of the time ({@link CheckpointPolicy#steadyBetweenFailures}). Where the
 * policy gives the same answer at both ends of a row of checkpoints it gives it all along the row,
 * and the job jumps over it: a run costs a constant time per failure and per change of the
 * interval.
 */
final class SteadyJob implements SimulatedJob {
  /** Failures in a row without a new checkpoint after which the job is taken to be hopeless. */
  private static final int HOPELESS = 10_000_000;

  private final double work;
  private final double cost;
  private final double restart;
  private final double down;
  private final CheckpointPolicy policy;
  private final FailureProcess failures;

  /** What the policy is told that never changes. */
  private final JobState told;

  SteadyJob(
      JobModel model,
      CheckpointModel.Blocking blocking,
      CheckpointPolicy policy,
      double statedMttfSeconds,
      FailureProcess failures) {
    this.work = model.workSeconds();
    this.cost = blocking.costSeconds();
    this.restart = blocking.restartSeconds();
    this.down = model.downtimeSeconds();
    this.policy = policy;
    this.failures = failures;
    this.told = JobState.of(model.situation(statedMttfSeconds));
  }

  @Override
  public void run(RandomGenerator random, JobRun run) {
    new Course(failures.stream(random), run).run();
  }

  /** The course of one job. */
  private final class Course {
    private final FailureStream stream;
    private final JobRun run;
    private double now;
    private double failure;
    private double stored;
    private double interval;
    private double atRiskAtFailure;
    private int inARow;

    Course(FailureStream stream, JobRun run) {
      this.stream = stream;
      this.run = run;
    }

    void run() {
      failure = stream.nextAfter(0);
      while (true) {
        interval = answer(0);
        double left = work - stored;
        long row = row(left);
        if (row > 0) {
          jump(row);
          continue;
        }
        double untilFailure = failure - now;
        if (left <= interval && untilFailure >= left) {
          run.workSeconds += left;
          return;
        }
        double worked = Math.min(untilFailure, Math.min(interval, left));
        run.workSeconds += worked;
        run.checkpointSeconds += untilFailure - worked;
        recover();
      }
    }

    /** What the policy says after so many more checkpoints of the interval in force. */
    private double answer(long periods) {
      double atRisk =
          run.workSeconds
              + run.checkpointSeconds
              + run.restartSeconds
              + periods * (interval + cost);
      double age = Math.max(0, atRisk - atRiskAtFailure);
      double seconds =
          policy.workIntervalSeconds(
              told.withExposure(new JobState.Exposure(atRisk, run.failures, age))
                  .withInterval(interval));
      return seconds > 0 ? seconds : Double.POSITIVE_INFINITY;
    }

    /** Checkpoints of the interval in force that come before a failure, a new one, and the end. */
    private long row(double left) {
      double stretches = Math.ceil(left / interval); // the last one has no checkpoint
      double fit = Math.floor((failure - now) / (interval + cost));
      long row = (long) Math.max(0, Math.min(stretches - 1, fit));
      while (row > 1 && answer(row - 1) != interval) {
        row /= 2;
      }
      return row;
    }

    private void jump(long row) {
      double worked = row * interval;
      stored += worked;
      now += worked + row * cost;
      run.workSeconds += worked;
      run.checkpointSeconds += row * cost;
      run.checkpoints += row;
      inARow = 0;
    }

    /** Failures do not strike during downtime; one in a restart begins it all again. */
    private void recover() {
      now = failure;
      while (true) {
        if (++inARow > HOPELESS) {
          throw SimulatedJob.hopeless(interval, HOPELESS);
        }
        run.failures++;
        atRiskAtFailure = run.workSeconds + run.checkpointSeconds + run.restartSeconds;
        run.downSeconds += down;
        now += down;
        failure = stream.nextAfter(now);
        if (failure - now >= restart) {
          run.restartSeconds += restart;
          now += restart;
          return;
        }
        run.restartSeconds += failure - now;
        now = failure;
      }
    }
  }
}
