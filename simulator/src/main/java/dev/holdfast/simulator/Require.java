// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import java.util.Locale;

/** Argument checks whose messages name the argument, its value and what is accepted. */
final class Require {
  private Require() {}

  static void positive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw rejected(name, value, "a finite number greater than 0");
    }
  }

  static void nonNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw rejected(name, value, "a finite number, 0 or more");
    }
  }

  static void atLeast(String name, double value, double least) {
    if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
      throw rejected(name, value, "a finite number, at least " + least);
    }
  }

  static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw rejected(name, value, "between 0 and 1");
    }
  }

  private static IllegalArgumentException rejected(String name, double value, String accepted) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s is %s: it must be %s", name, value, accepted));
  }
}
