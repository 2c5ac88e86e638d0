// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.WalltimePlan;

/**
 * How long before the end of its allocation a job has to know: the reserve that the library keeps
 * for a checkpoint whose time is known from hearsay only, the step in which the word may come, and
 * a while to end and to be requeued.
 *
 * @param seconds whole; more than 0
 * @param why in words, for a comment
 */
record Lead(long seconds, String why) {
  /** C where nobody said it: two minutes for a state of some 100 GB on a parallel file system. */
  private static final double ASSUMED_COST_SECONDS = 120;

  /** To end the program, sync the last version and talk to the scheduler. */
  private static final double ENDING_SECONDS = 30;

  static Lead of(ScriptWish wish) {
    double cost = wish.costSeconds().orElse(ASSUMED_COST_SECONDS);
    double reserve = WalltimePlan.reserveSeconds(cost, 0);
    double step = wish.stepSeconds();
    long seconds = (long) Math.ceil(reserve + step + ENDING_SECONDS);
    String known = wish.costSeconds().isPresent() ? "" : ", assumed as --cost was not said";
    String ofStep = step > 0 ? ", a step of " + Durations.human(step) : "";
    return new Lead(
        seconds,
        "%d s: a checkpoint (%s%s) twice, because the slowest takes longer than the mean%s, and %.0f"
                .formatted(seconds, Durations.human(cost), known, ofStep, ENDING_SECONDS)
            + " s to end");
  }

  /** Refuses a limit that leaves no time to compute. */
  void mustFit(ScriptWish wish, long earlySeconds) {
    if (wish.size().timeSeconds().isPresent()
        && wish.size().timeSeconds().getAsLong() <= seconds + earlySeconds) {
      throw new ScriptException(
          "--time leaves no time to compute: the last checkpoint begins up to %d s before the end;"
                  .formatted(seconds + earlySeconds)
              + " give a longer --time, or a smaller --cost if that is true");
    }
  }
}
