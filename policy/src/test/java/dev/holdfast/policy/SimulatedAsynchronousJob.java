// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.SplittableRandom;

/**
 * One job with checkpoints in flight, moment by moment: it knows where the work stands, which work
 * is safe and how long the flight still lasts, and none of the formulas.
 */
final class SimulatedAsynchronousJob {
  private static final int WORK = 1;
  private static final int CHECKPOINT = 2;
  private static final int RESTART = 3;
  private static final int DOWN = 4;
  private static final int FAILURES = 5;

  private final double workSeconds;
  private final double intervalSeconds;
  private final AsynchronousModel model;
  private final SplittableRandom random;

  private double[] spent = new double[6];
  private double toNextFailureSeconds;
  private double done;
  private double safe;

  SimulatedAsynchronousJob(
      double workSeconds,
      double intervalSeconds,
      AsynchronousModel model,
      SplittableRandom random) {
    this.workSeconds = workSeconds;
    this.intervalSeconds = intervalSeconds;
    this.model = model;
    this.random = random;
  }

  /** Makespan, work (useful and lost), checkpoint, restart, down, failures. */
  double[] run() {
    spent = new double[6];
    toNextFailureSeconds = nextGap();
    done = 0;
    safe = 0;
    while (done < workSeconds) {
      double start = safe + intervalSeconds;
      double rate = 1 - model.situation().costSeconds() / model.latencySeconds();
      boolean worthStarting = workSeconds - start > rate * model.latencySeconds();
      boolean alive =
          worthStarting
              ? advance(start - done, 1) && fly(start, rate)
              : advance(workSeconds - done, 1);
      if (!alive) {
        recover();
      } else if (!worthStarting) {
        done = workSeconds;
      }
    }
    spent[0] = spent[WORK] + spent[CHECKPOINT] + spent[RESTART] + spent[DOWN];
    return spent;
  }

  private boolean fly(double start, double rate) {
    if (!advance(model.latencySeconds(), rate)) {
      return false;
    }
    safe = start;
    return true;
  }

  private void recover() {
    done = safe;
    do {
      spent[DOWN] += model.situation().downtimeSeconds();
    } while (!elapse(RESTART, model.situation().restartSeconds(), 1));
  }

  /** Works at a rate for a time; the rest of the time is overhead. */
  private boolean advance(double seconds, double rate) {
    double workedBefore = spent[WORK];
    boolean alive = elapse(WORK, seconds, rate);
    done += spent[WORK] - workedBefore;
    return alive;
  }

  private boolean elapse(int phase, double seconds, double rate) {
    double elapsed = Math.min(seconds, toNextFailureSeconds);
    spent[phase] += rate * elapsed;
    spent[CHECKPOINT] += (1 - rate) * elapsed;
    if (toNextFailureSeconds > seconds) {
      toNextFailureSeconds -= seconds;
      return true;
    }
    spent[FAILURES]++;
    toNextFailureSeconds = nextGap();
    return false;
  }

  private double nextGap() {
    return -Math.log1p(-random.nextDouble()) * model.situation().mttfSeconds();
  }
}
