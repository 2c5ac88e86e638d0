// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Differences of exponentials without the cancellation their plain forms suffer near 0.
 *
 * <p>The quantities a policy is about are second-order small (rework is about {@code w^2 / 2M} of
 * an interval {@code w}), so at C/M = 1e-12 the plain forms would keep six digits or none. The
 * power series keep all of them.
 */
final class Exponentials {
  /** Above this the plain form loses at most three bits, below it the series needs few terms. */
  private static final double SERIES_BELOW = 0.5;

  private Exponentials() {}

  /** {@code e^x - 1 - x}. */
  static double expm1MinusX(double x) {
    if (Math.abs(x) >= SERIES_BELOW) {
      return Math.expm1(x) - x;
    }
    double term = x * x / 2;
    double sum = term;
    for (int n = 3; Math.abs(term) > Math.ulp(sum) / 4; n++) {
      term *= x / n;
      sum += term;
    }
    return sum;
  }

  /** {@code sinh(y) - y} for {@code y >= 0}. */
  private static double sinhMinusY(double y) {
    if (y >= 2 * SERIES_BELOW) {
      return Math.sinh(y) - y;
    }
    double term = y * y * y / 6;
    double sum = term;
    for (int n = 4; term > Math.ulp(sum) / 4; n += 2) {
      term *= y * y / (n * (n + 1));
      sum += term;
    }
    return sum;
  }

  /** {@code x - ln(1 + x)} for {@code x >= 0}. */
  static double minusLog1p(double x) {
    if (x >= SERIES_BELOW) {
      return x - Math.log1p(x);
    }
    // ln(1 + x) = 2 artanh z, and x - 2z = x z.
    double z = x / (2 + x);
    double power = z;
    double sum = 0;
    double term = 1;
    for (int n = 3; term > Math.ulp(sum) / 4; n += 2) {
      power *= z * z;
      term = power / n;
      sum += term;
    }
    return x * z - 2 * sum;
  }

  /** {@code ln(sinh(y) / y)} for {@code y >= 0}. */
  static double logSinhRatio(double y) {
    if (y == 0) {
      return 0;
    }
    return y < 5
        ? Math.log1p(sinhMinusY(y) / y)
        : y - Math.log(2 * y) + Math.log1p(-Math.exp(-2 * y));
  }

  /**
   * Mean of a unit exponential given that it is at most {@code x}: {@code 1 - x / (e^x - 1)}.
   *
   * @param x 0 or more, at most 700
   */
  static double truncatedMean(double x) {
    return x == 0 ? 0 : expm1MinusX(x) / Math.expm1(x);
  }

  /**
   * Standard deviation of a unit exponential given that it is at most {@code x}. The variance is
   * {@code 1 - x^2 e^x / (e^x - 1)^2 = 1 - (y / sinh y)^2} with {@code y = x / 2}.
   *
   * @param x 0 or more, at most 700
   */
  static double truncatedDeviation(double x) {
    double y = x / 2;
    if (y == 0) {
      return 0;
    }
    double sinh = Math.sinh(y);
    return Math.sqrt(sinhMinusY(y) / sinh * ((sinh + y) / sinh));
  }
}
