// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Locale;

/** Failure laws as people write them, and the checks of their arguments. */
final class LawText {
  private LawText() {}

  static FailureLaw parse(String text, double meanSeconds) {
    String law = text.strip().toLowerCase(Locale.ROOT);
    if (law.equals("exponential")) {
      return new Exponential(meanSeconds);
    }
    int colon = law.indexOf(':');
    String family = law.substring(0, Math.max(0, colon));
    return switch (family) {
      case "weibull" -> Weibull.ofMean(shape(text, law), meanSeconds);
      case "lognormal" -> LogNormal.ofMean(shape(text, law), meanSeconds);
      case "gamma" -> Gamma.ofMean(shape(text, law), meanSeconds);
      default -> throw rejected(text);
    };
  }

  private static double shape(String text, String law) {
    try {
      return Double.parseDouble(law.substring(law.indexOf(':') + 1));
    } catch (NumberFormatException e) {
      IllegalArgumentException rejected = rejected(text);
      rejected.initCause(e);
      throw rejected;
    }
  }

  private static IllegalArgumentException rejected(String text) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "failure law \"%s\": use exponential, weibull:SHAPE (%s to %s), lognormal:SIGMA"
                + " (%s to %s) or gamma:SHAPE (%s to %s), such as weibull:0.7",
            text,
            Weibull.SHAPE_MIN,
            Weibull.SHAPE_MAX,
            LogNormal.SIGMA_MIN,
            LogNormal.SIGMA_MAX,
            Gamma.SHAPE_MIN,
            Gamma.SHAPE_MAX));
  }

  /** Refuses a shape that is not strictly between the limits. */
  static double between(String name, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %s: it must be greater than %s and less than %s",
              name,
              value,
              low,
              high));
    }
    return value;
  }

  static double age(double ageSeconds) {
    if (!(ageSeconds >= 0)) {
      throw new IllegalArgumentException(
          "ageSeconds is " + ageSeconds + ": it must be a number of seconds, 0 or more");
    }
    return ageSeconds;
  }

  static double probability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must be a probability, 0 to 1");
    }
    return value;
  }
}
