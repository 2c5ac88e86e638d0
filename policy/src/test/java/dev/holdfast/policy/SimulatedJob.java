// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.SplittableRandom;

/**
 * One job under failures, phase by phase. Failures come at the ticks of a Poisson process on the
 * clock of the exposed time, which stands still while the job is down.
 */
final class SimulatedJob {
  private static final int WORK = 1;
  private static final int CHECKPOINT = 2;
  private static final int RESTART = 3;
  private static final int DOWN = 4;
  private static final int FAILURES = 5;

  private final double workSeconds;
  private final double intervalSeconds;
  private final Situation situation;
  private final SplittableRandom random;

  private double toNextFailureSeconds;
  private double[] spent = new double[6];

  SimulatedJob(
      double workSeconds, double intervalSeconds, Situation situation, SplittableRandom random) {
    this.workSeconds = workSeconds;
    this.intervalSeconds = intervalSeconds;
    this.situation = situation;
    this.random = random;
  }

  /** Makespan, work (useful and lost), checkpoint, restart, down, failures. */
  double[] run() {
    spent = new double[6];
    toNextFailureSeconds = nextGap();
    double safe = 0;
    while (safe < workSeconds) {
      double target = Math.min(workSeconds, safe + intervalSeconds);
      boolean atEnd = target >= workSeconds;
      if (survives(WORK, target - safe)
          && (atEnd || survives(CHECKPOINT, situation.costSeconds()))) {
        safe = target;
      } else {
        recover();
      }
    }
    spent[0] = spent[WORK] + spent[CHECKPOINT] + spent[RESTART] + spent[DOWN];
    return spent;
  }

  private void recover() {
    do {
      spent[DOWN] += situation.downtimeSeconds();
    } while (!survives(RESTART, situation.restartSeconds()));
  }

  private boolean survives(int phase, double seconds) {
    if (toNextFailureSeconds > seconds) {
      toNextFailureSeconds -= seconds;
      spent[phase] += seconds;
      return true;
    }
    spent[phase] += toNextFailureSeconds;
    spent[FAILURES]++;
    toNextFailureSeconds = nextGap();
    return false;
  }

  private double nextGap() {
    return -Math.log1p(-random.nextDouble()) * situation.mttfSeconds();
  }
}
