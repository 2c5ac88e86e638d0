// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import dev.holdfast.policy.Durations;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * A time to failure per line, alone or in a CSV. A + behind it says that there was no failure until
 * then (right-censored). Lines that begin with # are comments.
 *
 * <p>Its unit is written behind it ({@code 90s}, {@code 1h30m}), or in a column {@code unit}, or is
 * given by the caller, or stands at the end of the column's name ({@code gap_s}, {@code "gap [h]"},
 * {@code hours}). A number whose unit nobody tells is an error: taken wrong, every answer would be
 * wrong by the same factor.
 *
 * <p>With a line of names at the top the times are in the first column whose name tells a unit, or
 * begins with gap, duration, time, ttf or tbf, or else in the first; a column {@code censored} or
 * {@code event} (1 and 0, true and false, yes and no) does the work of the +.
 */
final class GapsReader {
  private static final Map<String, Double> UNIT_SECONDS =
      Map.ofEntries(
          Map.entry("ms", 1e-3),
          Map.entry("s", 1.0),
          Map.entry("sec", 1.0),
          Map.entry("second", 1.0),
          Map.entry("seconds", 1.0),
          Map.entry("m", 60.0),
          Map.entry("min", 60.0),
          Map.entry("minute", 60.0),
          Map.entry("minutes", 60.0),
          Map.entry("h", 3600.0),
          Map.entry("hour", 3600.0),
          Map.entry("hours", 3600.0),
          Map.entry("d", 86400.0),
          Map.entry("day", 86400.0),
          Map.entry("days", 86400.0));

  private final Rows rows;
  private final LogBuilder log;
  private final double givenUnitSeconds;
  private double columnUnitSeconds = Double.NaN;
  private int gap;
  private int unit = -1;
  private int censored = -1;
  private int event = -1;

  /**
   * @param unitSeconds of numbers without a unit; NaN if nobody said
   */
  GapsReader(BufferedReader in, LogBuilder log, double unitSeconds) {
    this.rows = new Rows(in, ',', true);
    this.log = log;
    this.givenUnitSeconds = unitSeconds;
  }

  void read() throws IOException {
    boolean first = true;
    while (rows.next()) {
      if (rows.text().startsWith("#")) {
        continue;
      }
      if (first && TimestampsReader.startsWithLetter(rows.field(0)) && !isIso(rows.field(0))) {
        findColumns();
      } else {
        log.row();
        readRow();
      }
      first = false;
    }
  }

  private static boolean isIso(String text) {
    return text.startsWith("P") && text.matches("P[T0-9].*");
  }

  private void findColumns() {
    rows.nameColumns();
    unit = rows.column("unit");
    censored = rows.column("censored");
    event = rows.column("event");
    for (int i = rows.size() - 1; i >= 0; i--) {
      String name = rows.field(i).toLowerCase(Locale.ROOT);
      double seconds = unitOfName(name);
      if (i != unit && (!Double.isNaN(seconds) || name.matches("(gap|duration|time|ttf|tbf).*"))) {
        gap = i;
        columnUnitSeconds = seconds;
      }
    }
  }

  private static double unitOfName(String name) {
    String trimmed = name.replaceAll("[^a-z]+$", "");
    return UNIT_SECONDS.getOrDefault(trimmed.replaceAll(".*[^a-z]", ""), Double.NaN);
  }

  private void readRow() {
    String text = rows.field(gap);
    boolean plus = text.endsWith("+");
    double seconds = seconds(plus ? text.substring(0, text.length() - 1).strip() : text);
    boolean open = plus || flag(censored, "1", "true", "yes") || flag(event, "0", "false", "no");
    if (!(seconds >= 0) || seconds == Double.POSITIVE_INFINITY) {
      log.reject(rows.line(), "not a length of time", text);
    } else if (seconds == 0) {
      log.passOver("a length of 0");
    } else {
      log.exposure(Double.NaN, seconds, !open, 0, "", open ? "censored" : "failure");
    }
  }

  private boolean flag(int column, String... words) {
    String value = rows.field(column).toLowerCase(Locale.ROOT);
    for (String word : words) {
      if (value.equals(word)) {
        return true;
      }
    }
    return false;
  }

  private double seconds(String text) {
    double number = Moments.number(text);
    if (Double.isNaN(number)) {
      try {
        return Durations.parse("gap", text).toNanos() / 1e9;
      } catch (IllegalArgumentException | ArithmeticException e) {
        return Double.NaN;
      }
    }
    return number * unitSeconds(text);
  }

  private double unitSeconds(String text) {
    if (unit >= 0) {
      return UNIT_SECONDS.getOrDefault(rows.field(unit).toLowerCase(Locale.ROOT), Double.NaN);
    }
    double seconds = Double.isNaN(givenUnitSeconds) ? columnUnitSeconds : givenUnitSeconds;
    if (Double.isNaN(seconds)) {
      throw log.unusable(
          String.format(
              Locale.ROOT,
              "line %d: %s has no unit; write %<ss, %2$smin or %2$sh, name the column gap_s,"
                  + " gap_min or gap_h, or say the unit (--unit h)",
              rows.line(),
              text));
    }
    return seconds;
  }
}
