// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/**
 * What a drill does.
 *
 * @param command the program and its arguments, as {@link Program#locate} returns them
 * @param folder an empty folder; absolute
 * @param kills how often to strike; empty for as often as fits, or as the law says where there is a
 *     mean time
 * @param mttf mean time between strikes, of the time that the command runs; empty for one that
 *     makes all strikes happen before the end
 * @param signals what to strike with, in turn at random; not empty
 * @param seed decides the moments
 * @param same files to compare, relative to the folder that the command runs in
 * @param store the store's directory relative to that folder; empty to look for it
 * @param patience attempts in a row without progress after which to give up, 1 or more
 * @param progress reads how much is done, 0 to 1, from the last line of the command's output;
 *     strikes are then distributed over that and not over time. Empty for a command that does not
 *     tell
 */
public record DrillPlan(
    List<String> command,
    Path folder,
    OptionalInt kills,
    Optional<Duration> mttf,
    List<DrillSignal> signals,
    long seed,
    List<String> same,
    Optional<String> store,
    int patience,
    Optional<ToDoubleFunction<String>> progress) {
  /** Attempts without progress before a drill gives up, unless said otherwise. */
  public static final int PATIENCE = 5;

  /** Checks what can be checked. */
  public DrillPlan {
    command = List.copyOf(command);
    signals = List.copyOf(signals);
    same = List.copyOf(same);
    if (command.isEmpty() || signals.isEmpty() || patience < 1) {
      throw new IllegalArgumentException("a drill needs a command, a signal and some patience");
    }
    if (kills.isPresent() && kills.getAsInt() < 1) {
      throw new IllegalArgumentException(kills.getAsInt() + " kills: strike once or more");
    }
    if (mttf.isPresent() && !mttf.get().isPositive()) {
      throw new IllegalArgumentException("the mean time between strikes must be longer than 0");
    }
  }

  /** Where the undisturbed run works. */
  public Path reference() {
    return folder.resolve("reference");
  }

  /** Where the run works that is struck. */
  public Path killed() {
    return folder.resolve("killed");
  }

  /** Where the output of both is kept. */
  public Path logs() {
    return folder.resolve("logs");
  }
}
