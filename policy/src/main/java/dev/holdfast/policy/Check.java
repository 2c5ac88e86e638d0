// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Locale;

/** Argument checks whose messages name the argument, its value and what is accepted. */
final class Check {
  private Check() {}

  static double positive(String name, double value) {
    if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
      throw rejected(name, value, "a finite number of seconds greater than 0");
    }
    return value;
  }

  static double positiveOrInfinite(String name, double value) {
    if (!(value > 0)) {
      throw rejected(name, value, "a number of seconds greater than 0 (Infinity means never)");
    }
    return value;
  }

  static double nonNegative(String name, double value) {
    if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
      throw rejected(name, value, "a finite number of seconds, 0 or more");
    }
    return value;
  }

  static double nonNegativeOrInfinite(String name, double value) {
    if (!(value >= 0)) {
      throw rejected(name, value, "a number of seconds, 0 or more (Infinity means never)");
    }
    return value;
  }

  static double share(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw rejected(name, value, "a share greater than 0 and at most 1");
    }
    return value;
  }

  static double probability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw rejected(name, value, "a probability, 0 to 1");
    }
    return value;
  }

  static double atLeast(String name, double value, String floorName, double floor) {
    if (!(value >= floor) || value == Double.POSITIVE_INFINITY) {
      throw rejected(
          name,
          value,
          String.format(
              Locale.ROOT, "a finite number of seconds, at least the %s %s", floorName, floor));
    }
    return value;
  }

  private static IllegalArgumentException rejected(String name, double value, String accepted) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s is %s: it must be %s", name, value, accepted));
  }
}
