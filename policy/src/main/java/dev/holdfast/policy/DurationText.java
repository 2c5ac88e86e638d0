// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as a person writes them in the place of a policy. */
final class DurationText {
  // Digits are limited so that the sum of all parts fits a Duration.
  private static final String NUMBER = "(\\d{1,12}(?:\\.\\d{1,9})?)";
  private static final Pattern PARTS =
      Pattern.compile(
          "(?:%1$sd)?(?:%1$sh)?(?:%1$s(?:min|m))?(?:%1$ss)?(?:%1$sms)?".formatted(NUMBER));
  private static final Pattern BARE = Pattern.compile(NUMBER);
  private static final BigDecimal[] UNIT_SECONDS = {
    BigDecimal.valueOf(86_400),
    BigDecimal.valueOf(3_600),
    BigDecimal.valueOf(60),
    BigDecimal.ONE,
    BigDecimal.valueOf(1, 3)
  };

  private DurationText() {}

  /** Reads {@code text}; {@code whole} is what the person wrote, for the message. */
  static Duration parse(String text, String whole) {
    if (BARE.matcher(text).matches()) {
      throw rejected(whole, "%s has no unit; write %<ss, %<smin or %<sh".formatted(text));
    }
    if (text.startsWith("P")) {
      return parseIso(text, whole);
    }
    Matcher parts = PARTS.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw rejected(
          whole,
          "use young, daly, exact, or an interval such as 90s, 15min, 1h30m or PT90S"
              + " (units, longest first: d, h, min or m, s, ms)");
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

  private static Duration parseIso(String text, String whole) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "policy \"" + whole + "\": not an ISO 8601 duration; write PT90S or PT1H30M, or 90s", e);
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

  private static IllegalArgumentException rejected(String whole, String remedy) {
    return new IllegalArgumentException("policy \"" + whole + "\": " + remedy);
  }
}
