// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers and lengths of time for people. */
final class Times {
  private static final double MINUTE = 60;
  private static final double HOUR = 3600;
  private static final double DAY = 86_400;
  private static final double YEAR = 365 * DAY;

  private Times() {}

  /** In one unit or two, such as 24 h, 1 h 57 min, 38 s, 5 y; zero parts are left out. */
  static String words(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "never";
    }
    if (seconds < MINUTE) {
      return seconds == 0 || seconds >= 1
          ? plain(rounded(seconds, 3)) + " s"
          : plain(rounded(seconds * 1000, 3)) + " ms";
    }
    if (Math.round(seconds) < HOUR) {
      return two(Math.round(seconds), 60, "min", "s");
    }
    if (Math.round(seconds / MINUTE) <= 48 * 60) {
      return two(Math.round(seconds / MINUTE), 60, "h", "min");
    }
    boolean wholeHours = seconds % HOUR == 0 && seconds % DAY != 0;
    if (wholeHours && seconds < 1000 * HOUR) {
      return plain(seconds / HOUR) + " h";
    }
    return seconds < 2 * YEAR
        ? two(Math.round(seconds / HOUR), 24, "d", "h")
        : plain(rounded(seconds / YEAR, 3)) + " y";
  }

  private static String two(long smalls, long perBig, String big, String small) {
    String first = smalls / perBig + " " + big;
    return smalls % perBig == 0 ? first : first + " " + smalls % perBig + " " + small;
  }

  /** To the second, such as 1 h 56 m 43 s; below 100 s in seconds alone. */
  static String clock(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "never";
    }
    if (seconds < 100) {
      return plain(rounded(seconds, 4)) + " s";
    }
    long whole = Math.round(seconds);
    return Text.format("%d h %02d m %02d s", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** The share as a percentage such as 8.09 %. */
  static String percent(double share) {
    double percent = 100 * share;
    if (percent > 0 && percent < 0.01) {
      return plain(rounded(percent, 2)) + " %";
    }
    return Text.format("%.2f %%", percent);
  }

  /** A length in this unit. */
  record Unit(String name, double seconds) {
    /** The unit in which a length like this is a number people can take in. */
    static Unit fitting(double seconds) {
      if (!(seconds < 20_000 * HOUR)) {
        return new Unit("d", DAY);
      }
      return seconds >= 10 * HOUR
          ? new Unit("h", HOUR)
          : seconds >= 10 * MINUTE ? new Unit("min", MINUTE) : new Unit("s", 1);
    }

    /** With that many decimals; very large ones in powers of ten. */
    String format(double length, int decimals) {
      double value = length / seconds;
      if (!Double.isFinite(value)) {
        return "never ends";
      }
      return value >= 1e7
          ? Text.format("%.2e %s", value, name)
          : Text.format("%." + decimals + "f %s", value, name);
    }

    /** With three digits and no zeros at the end, such as 500 h. */
    String shortly(double length) {
      double value = length / seconds;
      return value >= 1000 ? format(length, 0) : plain(rounded(value, 3)) + " " + name;
    }
  }

  /** How much more time, such as 5 min or 127 h, or -2 min; a dash for less than a second. */
  static String extra(double seconds) {
    if (seconds <= -0.5) {
      return "-" + extra(-seconds);
    }
    if (!(seconds >= 0.5)) {
      return "-";
    }
    if (!Double.isFinite(seconds)) {
      return "never ends";
    }
    if (seconds < 59.5) {
      return Text.format("%.0f s", seconds);
    }
    if (seconds < 99.5 * MINUTE) {
      return Text.format("%.0f min", seconds / MINUTE);
    }
    if (seconds < 9.95 * HOUR) {
      return Text.format("%.1f h", seconds / HOUR);
    }
    return seconds < 1e7 * HOUR
        ? Text.format("%.0f h", seconds / HOUR)
        : Text.format("%.2e h", seconds / HOUR);
  }

  static double rounded(double value, int digits) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(digits)).doubleValue()
        : value;
  }

  /** All digits and no power of ten, no zeros at the end. */
  static String plain(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    String text = BigDecimal.valueOf(value).toPlainString();
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
