// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import dev.holdfast.policy.Durations;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Time limits of batch jobs. They are read as Slurm writes them (1-12:00:00, 24:00:00, 30:00, 1-12)
 * and as people do (24h, 1d12h), and written in whole minutes, the finest that all schedulers know.
 */
public final class WallTime {
  /** Ten years: more is a slip of the hand. */
  private static final long SECONDS_MAX = 10L * 365 * 86_400;

  private static final Pattern DAYS =
      Pattern.compile("(\\d{1,4})-(\\d{1,4})(?::(\\d{1,2})(?::(\\d{1,2}))?)?");
  private static final Pattern CLOCK = Pattern.compile("(?:(\\d{1,5}):)?(\\d{1,5}):(\\d{1,2})");
  private static final Pattern BARE = Pattern.compile("\\d+");

  private WallTime() {}

  /**
   * Seconds of a limit.
   *
   * @param option named in the error
   * @param minutesFirst whether {@code 30:00} is half an hour; otherwise it is refused, because to
   *     this scheduler it would be 30 hours
   */
  public static long seconds(String option, String text, boolean minutesFirst) {
    String limit = text.strip();
    if (BARE.matcher(limit).matches()) {
      throw new ScriptException(
          "%s %s has no unit: write %2$smin, %2$sh or 24:00:00".formatted(option, limit));
    }
    Matcher days = DAYS.matcher(limit);
    Matcher clock = CLOCK.matcher(limit);
    long seconds;
    if (days.matches()) {
      seconds = parts(option, text, days, 86_400, 3_600, 60, 1);
    } else if (clock.matches()) {
      if (clock.group(1) == null && !minutesFirst) {
        throw new ScriptException(
            "%s %s: minutes or hours? write %dmin or %dh"
                .formatted(option, limit, number(clock, 2), number(clock, 2)));
      }
      seconds = parts(option, text, clock, 3_600, 60, 1);
    } else {
      seconds = written(option, text);
    }
    if (seconds < 60 || seconds > SECONDS_MAX) {
      throw new ScriptException(
          "%s \"%s\": a limit is 1 minute to 10 years".formatted(option, text));
    }
    return Math.ceilDiv(seconds, 60L) * 60;
  }

  private static long written(String option, String text) {
    try {
      return Durations.parse(option, text).toSeconds();
    } catch (IllegalArgumentException e) {
      throw wrong(option, text);
    }
  }

  private static ScriptException wrong(String option, String text) {
    return new ScriptException(
        "%s \"%s\": give a limit such as 24:00:00, 1-12:00:00, 24h or 90min"
            .formatted(option, text));
  }

  private static long parts(String option, String text, Matcher match, long... units) {
    long seconds = 0;
    for (int i = 0; i < units.length; i++) {
      long part = match.group(i + 1) == null ? 0 : number(match, i + 1);
      // The first part that is given may be large, such as 72:00:00 or 90:00.
      boolean first = i == 0 || (match.group(1) == null && i == 1);
      long most = units[i] == 3_600 ? 23 : 59;
      if (!first && part > most) {
        throw wrong(option, text);
      }
      seconds += part * units[i];
    }
    return seconds;
  }

  private static long number(Matcher match, int group) {
    return Long.parseLong(match.group(group));
  }

  /** Such as 1-12:00:00 or 08:00:00. */
  static String slurm(long seconds) {
    String clock =
        String.format(Locale.ROOT, "%02d:%02d:00", seconds / 3_600 % 24, seconds / 60 % 60);
    return seconds < 86_400 ? clock : seconds / 86_400 + "-" + clock;
  }

  /** Such as 36:00:00. */
  static String hoursMinutesSeconds(long seconds) {
    return String.format(
        Locale.ROOT, "%02d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }

  /** Such as 36:00, as LSF takes it. */
  static String hoursMinutes(long seconds) {
    return String.format(Locale.ROOT, "%02d:%02d", seconds / 3_600, seconds / 60 % 60);
  }
}
