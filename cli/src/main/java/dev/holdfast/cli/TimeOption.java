// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Durations;
import java.time.Duration;

/** A length of time as an option's value. */
final class TimeOption {
  private static final Duration LEAST = Duration.ofNanos(1);

  private TimeOption() {}

  /**
   * The value of an option that must be more than 0.
   *
   * @param remedy what to give instead, with an example
   * @throws CommandException when it is no length of time, or not more than 0
   */
  static Duration positive(String option, String text, String remedy) {
    return atLeast(LEAST, option, text, remedy);
  }

  /** The value of an option that must be so long at least. */
  static Duration atLeast(Duration least, String option, String text, String remedy) {
    Duration parsed;
    try {
      parsed = Durations.parse(option, text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
    if (parsed.compareTo(least) < 0) {
      throw CommandException.usage(option + " " + text, remedy);
    }
    return parsed;
  }
}
