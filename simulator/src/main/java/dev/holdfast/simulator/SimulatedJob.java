// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.Durations;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** A job that can be run any number of times, by several threads. */
interface SimulatedJob {

  /**
   * Runs the job once.
   *
   * @param random its own source of randomness
   * @param run to be filled; new
   */
  void run(RandomGenerator random, JobRun run);

  static NoProgressException hopeless(double intervalSeconds, int failures) {
    return new NoProgressException(
        String.format(
            Locale.ROOT,
            "the job is interrupted %,d times in a row before a checkpoint after %s of work is made:"
                + " it would never end; an interval, a checkpoint or a restart is too long for such"
                + " failures or allocations",
            failures,
            Durations.human(intervalSeconds)));
  }
}
