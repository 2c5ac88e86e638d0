// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.SplittableRandom;

/** One job whose age is renewed at the end of each downtime, attempt by attempt. */
final class RenewedJob {
  private static final int WORK = 1;
  private static final int CHECKPOINT = 2;
  private static final int RESTART = 3;
  private static final int DOWN = 4;
  private static final int FAILURES = 5;

  private final RenewalModel model;
  private final double workSeconds;
  private final double intervalSeconds;
  private final SplittableRandom random;

  private double toFailureSeconds;
  private double[] spent = new double[6];

  RenewedJob(
      RenewalModel model, double workSeconds, double intervalSeconds, SplittableRandom random) {
    this.model = model;
    this.workSeconds = workSeconds;
    this.intervalSeconds = intervalSeconds;
    this.random = random;
  }

  /** Makespan, work (useful and lost), checkpoint, restart, down, failures. */
  double[] run() {
    spent = new double[6];
    double safe = 0;
    renew();
    for (boolean up = true; safe < workSeconds; up = survives(RESTART, model.restartSeconds())) {
      while (up && safe < workSeconds) {
        double target = Math.min(workSeconds, safe + intervalSeconds);
        up = survives(WORK, target - safe);
        up = up && (target >= workSeconds || survives(CHECKPOINT, model.costSeconds()));
        safe = up ? target : safe;
      }
      if (!up) {
        spent[FAILURES]++;
        spent[DOWN] += model.downtimeSeconds();
        renew();
      }
      if (safe >= workSeconds) {
        break;
      }
    }
    spent[0] = spent[WORK] + spent[CHECKPOINT] + spent[RESTART] + spent[DOWN];
    return spent;
  }

  private void renew() {
    toFailureSeconds = model.law().inverseSurvival(1 - random.nextDouble());
  }

  private boolean survives(int phase, double seconds) {
    double lasted = Math.min(toFailureSeconds, seconds);
    spent[phase] += lasted;
    toFailureSeconds -= lasted;
    return toFailureSeconds > 0;
  }
}
