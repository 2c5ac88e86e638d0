// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import java.util.random.RandomGenerator;

/**
 * A job whose checkpoints block it for the same time after every same stretch of work. Nothing
 * happens between two failures that a division would not tell, so a run costs a constant time per
 * failure, however many checkpoints lie between.
 */
final class PeriodicJob implements SimulatedJob {
  /** Failures in a row without a new checkpoint after which the job is taken to be hopeless. */
  private static final int HOPELESS = 10_000_000;

  /** A quotient this little above a whole number is that number, blurred by rounding. */
  private static final double ROUNDING = 1e-12;

  private final double interval;
  private final double cost;
  private final double restart;
  private final double down;
  private final long checkpoints;
  private final double lastWork;
  private final FailureProcess failures;

  PeriodicJob(
      double workSeconds,
      double intervalSeconds,
      CheckpointModel.Blocking blocking,
      double downtimeSeconds,
      FailureProcess failures) {
    this.interval = Math.min(intervalSeconds, workSeconds);
    this.cost = blocking.costSeconds();
    this.restart = blocking.restartSeconds();
    this.down = downtimeSeconds;
    this.checkpoints = Math.max(1, (long) Math.ceil(workSeconds / interval * (1 - ROUNDING))) - 1;
    this.lastWork = workSeconds - checkpoints * interval;
    this.failures = failures;
  }

  @Override
  public void run(RandomGenerator random, JobRun run) {
    FailureStream stream = failures.stream(random);
    double period = interval + cost;
    double now = 0;
    double failure = stream.nextAfter(0);
    long left = checkpoints;
    int inARow = 0;
    while (true) {
      double available = failure - now;
      long whole = available >= left * period ? left : (long) (available / period);
      if (whole > 0) {
        left -= whole;
        inARow = 0;
        run.checkpoints += whole;
        run.workSeconds += whole * interval;
        run.checkpointSeconds += whole * cost;
        available = Math.max(0, available - whole * period);
      }
      if (left == 0 && available >= lastWork) {
        run.workSeconds += lastWork;
        return;
      }
      double worked = left == 0 ? available : Math.min(available, interval);
      run.workSeconds += worked;
      run.checkpointSeconds += available - worked;
      if (++inARow > HOPELESS) {
        throw SimulatedJob.hopeless(interval, HOPELESS);
      }
      // Recovery: failures do not strike during downtime; one in a restart begins it all again.
      double end = failure;
      while (true) {
        run.failures++;
        run.downSeconds += down;
        end += down;
        failure = stream.nextAfter(end);
        if (failure - end >= restart) {
          run.restartSeconds += restart;
          now = end + restart;
          break;
        }
        run.restartSeconds += failure - end;
        end = failure;
        if (++inARow > HOPELESS) {
          throw SimulatedJob.hopeless(interval, HOPELESS);
        }
      }
    }
  }
}
