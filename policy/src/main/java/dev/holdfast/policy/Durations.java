// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lengths of time as people write and read them. A bare number is refused: Slurm takes it for
 * minutes, everybody else for seconds.
 */
public final class Durations {
  // Digits are limited so that the sum of all parts fits a Duration.
  private static final String NUMBER = "(\\d{1,12}(?:\\.\\d{1,9})?)";
  private static final String YEARS = "(\\d{1,9}(?:\\.\\d{1,9})?)";
  private static final Pattern PARTS =
      Pattern.compile(
          "(?:%2$sy)?(?:%1$sw)?(?:%1$sd)?(?:%1$sh)?(?:%1$s(?:min|m))?(?:%1$ss)?(?:%1$sms)?"
              .formatted(NUMBER, YEARS));
  private static final Pattern BARE = Pattern.compile(NUMBER);
  private static final BigDecimal[] UNIT_SECONDS = {
    BigDecimal.valueOf(365 * 86_400),
    BigDecimal.valueOf(7 * 86_400),
    BigDecimal.valueOf(86_400),
    BigDecimal.valueOf(3_600),
    BigDecimal.valueOf(60),
    BigDecimal.ONE,
    BigDecimal.valueOf(1, 3)
  };

  private Durations() {}

  /**
   * Reads a duration: numbers with units, longest first (y, w, d, h, min or m, s, ms), such as 90s,
   * 15min, 1h30m or 1.5h, or ISO 8601 such as PT90S. A year is 365 days; there is no unit for a
   * month.
   *
   * @param what what it is for, such as {@code HOLDFAST_MTTF}; named in the error
   * @throws IllegalArgumentException when it is not a duration, saying how to write it
   */
  public static Duration parse(String what, String text) {
    return parse(text.strip(), what + " \"" + text + "\"", "");
  }

  /**
   * As {@link #parse(String, String)}.
   *
   * @param subject what the error message begins with
   * @param alternatives what else is accepted there
   */
  static Duration parse(String text, String subject, String alternatives) {
    if (BARE.matcher(text).matches()) {
      throw rejected(subject, "%s has no unit; write %<ss, %<smin or %<sh".formatted(text));
    }
    if (text.startsWith("P")) {
      return parseIso(text, subject);
    }
    Matcher parts = PARTS.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw rejected(
          subject,
          "use "
              + alternatives
              + "a duration such as 90s, 15min, 1h30m or PT90S"
              + " (units, longest first: y, w, d, h, min or m, s, ms)");
    }
    BigDecimal seconds = BigDecimal.ZERO;
    for (int unit = 0; unit < UNIT_SECONDS.length; unit++) {
      String number = parts.group(unit + 1);
      if (number != null) {
        seconds = seconds.add(new BigDecimal(number).multiply(UNIT_SECONDS[unit]));
      }
    }
    BigDecimal nanos = seconds.setScale(9, RoundingMode.DOWN);
    return Duration.ofSeconds(
        nanos.longValue(), nanos.remainder(BigDecimal.ONE).movePointRight(9).longValueExact());
  }

  private static Duration parseIso(String text, String subject) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          subject + ": not an ISO 8601 duration; write PT90S or PT1H30M, or 90s", e);
    }
  }

  /** A form that {@link #parse} reads back to the same length: seconds or milliseconds if whole. */
  static String format(Duration length) {
    boolean fewDigits = length.toSeconds() < 1_000_000_000;
    if (fewDigits && length.toNanosPart() == 0) {
      return length.toSeconds() + "s";
    }
    boolean wholeMillis = length.toNanosPart() % 1_000_000 == 0;
    return fewDigits && wholeMillis ? length.toMillis() + "ms" : length.toString();
  }

  private static IllegalArgumentException rejected(String subject, String remedy) {
    return new IllegalArgumentException(subject + ": " + remedy);
  }

  /** A length of time for people, in two units at most, such as {@code 1 h 57 min} or 38 s. */
  public static String human(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "never";
    }
    if (seconds < 0.001) {
      return String.format(Locale.ROOT, "%.0f us", seconds * 1e6);
    }
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.0f ms", seconds * 1e3);
    }
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%d min %d s", whole / 60, whole % 60);
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 48 * 60
        ? String.format(Locale.ROOT, "%d h %d min", minutes / 60, minutes % 60)
        : String.format(Locale.ROOT, "%d d %d h", minutes / 1440, minutes % 1440 / 60);
  }
}
