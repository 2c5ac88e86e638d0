// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

/** Sizes for people. */
public final class SizeText {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private SizeText() {}

  /** A number of bytes with three digits, such as {@code 1.25 MiB}, rounded half up. */
  public static String of(long bytes) {
    int unit = 0;
    while (unit < UNITS.length - 1 && bytes / (double) (1L << (10 * unit)) >= 1000) {
      unit++;
    }
    long one = 1L << (10 * unit);
    int decimals = unit == 0 || bytes >= 100 * one ? 0 : bytes >= 10 * one ? 1 : 2;
    return decimal(bytes, one, decimals) + " " + UNITS[unit];
  }

  /** A quotient with so many decimals. */
  private static String decimal(long value, long by, int decimals) {
    long scale = decimals == 0 ? 1 : decimals == 1 ? 10 : 100;
    long rest = (value % by) * scale;
    int up = (rest % by) * 2 >= by ? 1 : 0;
    long scaled = (value / by) * scale + rest / by + up;
    String whole = Long.toString(scaled / scale);
    return decimals == 0 ? whole : whole + "." + Long.toString(scale + scaled % scale).substring(1);
  }
}
