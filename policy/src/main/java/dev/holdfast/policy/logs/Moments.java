// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Instants as logs write them. Written out by hand because a log has millions: the formatters of
 * the JDK take several times as long, and throw for every dirty row.
 */
public final class Moments {
  private static final int SECONDS_PER_DAY = 86_400;

  /** Later than the year 5000 in seconds: milliseconds, taken for seconds. */
  private static final double EPOCH_SECONDS_MAX = 1e11;

  private Moments() {}

  /**
   * Reads an ISO 8601 date, with or without time and offset, such as {@code 2004-01-31}, {@code
   * 2004-01-31T12:00} or {@code 2004-01-31 12:00:00.5+01:00}; without an offset it is UTC.
   *
   * @return seconds since 1970-01-01T00:00Z, NaN if it is no such date
   */
  public static double isoEpochSeconds(String text) {
    if (text.length() < 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
      return Double.NaN;
    }
    double day = epochSeconds(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
    if (text.length() == 10) {
      return day;
    }
    char separator = text.charAt(10);
    int offsetAt = offsetAt(text);
    boolean separated = separator == 'T' || separator == 't' || separator == ' ';
    return separated
        ? day + clockSeconds(text, 11, offsetAt) - offsetSeconds(text, offsetAt)
        : Double.NaN;
  }

  /** Seconds since 1970-01-01T00:00Z of a number, or NaN: {@code 1075550400} or with a fraction. */
  static double numericEpochSeconds(String text) {
    double value = number(text);
    return Math.abs(value) < EPOCH_SECONDS_MAX ? value : Double.NaN;
  }

  /** Seconds since 1970-01-01T00:00Z of {@code m/d/yyyy H:MM}, or NaN. */
  static double slashedEpochSeconds(String text) {
    int first = text.indexOf('/');
    int second = text.indexOf('/', first + 1);
    int space = text.indexOf(' ', second + 1);
    if (first < 1 || second < 0 || space - second != 5) {
      return Double.NaN;
    }
    double day =
        epochSeconds(
            digits(text, second + 1, space),
            digits(text, 0, first),
            digits(text, first + 1, second));
    return day + clockSeconds(text, space + 1, text.length());
  }

  /** A plain decimal number, or NaN; words such as NaN and Infinity are no numbers in a log. */
  static double number(String text) {
    if (text.isEmpty() || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
      return Double.NaN;
    }
    char last = text.charAt(text.length() - 1);
    if (last != '.' && (last < '0' || last > '9')) {
      return Double.NaN; // Java also reads 1f and 1d
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static int offsetAt(String text) {
    for (int i = 11; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'Z' || c == 'z' || c == '+' || c == '-') {
        return i;
      }
    }
    return text.length();
  }

  /** H:MM, HH:MM:SS or HH:MM:SS.fff between two places of a text, in seconds, or NaN. */
  private static double clockSeconds(String text, int begin, int end) {
    int colon = text.indexOf(':', begin);
    if (colon <= begin || colon + 3 > end) {
      return Double.NaN;
    }
    int hour = digits(text, begin, colon);
    int minute = digits(text, colon + 1, colon + 3);
    double second = 0;
    if (end > colon + 3) {
      boolean inPlace = text.charAt(colon + 3) == ':' && end >= colon + 6;
      second = inPlace ? number(text.substring(colon + 4, end)) : Double.NaN;
    }
    boolean valid = hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
    return valid && second >= 0 && second < 61 ? hour * 3600 + minute * 60 + second : Double.NaN;
  }

  /** Z, +hh, +hhmm or +hh:mm from a place to the end, in seconds; 0 if there is nothing. */
  private static double offsetSeconds(String text, int at) {
    int length = text.length() - at;
    if (length == 0) {
      return 0;
    }
    char sign = text.charAt(at);
    if (sign == 'Z' || sign == 'z') {
      return length == 1 ? 0 : Double.NaN;
    }
    boolean colon = length == 6 && text.charAt(at + 3) == ':';
    if (length != 3 && length != 5 && !colon) {
      return Double.NaN;
    }
    int hours = digits(text, at + 1, at + 3);
    int minutes = length == 3 ? 0 : digits(text, text.length() - 2, text.length());
    double seconds = hours * 3600 + minutes * 60;
    return hours < 0 || hours > 18 || minutes < 0 || minutes > 59
        ? Double.NaN
        : sign == '-' ? -seconds : seconds;
  }

  private static double epochSeconds(int year, int month, int day) {
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
      return Double.NaN;
    }
    try {
      return (double) (LocalDate.of(year, month, day).toEpochDay() * SECONDS_PER_DAY);
    } catch (DateTimeException e) { // 30 February
      return Double.NaN;
    }
  }

  /**
   * The number that the characters from begin to end are, up to four digits; -1 if they are not.
   */
  private static int digits(String text, int begin, int end) {
    if (end <= begin || end > text.length() || end - begin > 4) {
      return -1;
    }
    int value = 0;
    for (int i = begin; i < end; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
}
