// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lengths of time as schedulers print them. */
final class Lengths {
  private static final Pattern CLOCK =
      Pattern.compile("(?:(\\d{1,6})-)?(?:(\\d{1,9}):)?(\\d{1,9}):(\\d{1,2})");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

  private Lengths() {}

  /** From {@code M:S}, {@code H:M:S} or {@code D-H:M:S}; empty for anything else. */
  static Optional<Duration> clock(String text) {
    Matcher clock = CLOCK.matcher(text.strip());
    if (!clock.matches() || (clock.group(1) != null && clock.group(2) == null)) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(number(clock.group(1)))
            .plusHours(number(clock.group(2)))
            .plusMinutes(number(clock.group(3)))
            .plusSeconds(number(clock.group(4))));
  }

  /** From a whole number of seconds. */
  static Optional<Duration> seconds(String text) {
    return SECONDS.matcher(text.strip()).matches()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(text.strip())))
        : Optional.empty();
  }

  /** From seconds or a clock. */
  static Optional<Duration> secondsOrClock(String text) {
    return seconds(text).or(() -> clock(text));
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
