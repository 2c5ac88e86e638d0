// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: KiB and K are 1,024 bytes, kB is 1,000. */
final class Sizes {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?) ?([A-Za-z]*)");

  private Sizes() {}

  /**
   * Reads a size in bytes.
   *
   * @param what what it is for, named in the error
   */
  static long parse(String what, String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (text.strip().equals("0")) {
      return 0; // of whatever unit
    }
    if (!matcher.matches() || matcher.group(2).isEmpty()) {
      throw unreadable(what, text);
    }
    double unit =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "b" -> 1;
          case "k", "kib" -> 0x1p10;
          case "m", "mib" -> 0x1p20;
          case "g", "gib" -> 0x1p30;
          case "t", "tib" -> 0x1p40;
          case "kb" -> 1e3;
          case "mb" -> 1e6;
          case "gb" -> 1e9;
          case "tb" -> 1e12;
          default -> throw unreadable(what, text);
        };
    return Math.round(Double.parseDouble(matcher.group(1)) * unit);
  }

  private static HoldfastException unreadable(String what, String text) {
    return new HoldfastException(
        what + " \"" + text + "\": write a size with its unit, such as 64MiB, 2GiB or 500MB");
  }
}
