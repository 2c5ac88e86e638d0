// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.special.Erf;

/**
 * The upper tail Q(z) of the standard normal law, its logarithm, hazard and inverse, with full
 * relative accuracy however far out. Commons Math has the tail; its inverse goes through {@code 1 -
 * q} and has no digits left where q is small.
 *
 * <p>{@code Q(z) = Q(1/2, z^2/2) / 2} with the incomplete gamma function on the right.
 */
final class NormalTail {
  private static final double ROOT_TWO = Math.sqrt(2);

  /** From here on the continued fraction converges fast. */
  private static final double FAR = 3;

  private NormalTail() {}

  /** {@code Q(z)}, for any z. */
  static double upper(double z) {
    return Erf.erfc(z / ROOT_TWO) / 2;
  }

  /** {@code ln Q(z)}, for any z. */
  static double logUpper(double z) {
    if (z < 0) {
      return Math.log1p(-upper(-z));
    }
    return z < FAR ? Math.log(upper(z)) : GammaFunctions.logUpper(0.5, z * z / 2) - Math.log(2);
  }

  /** {@code phi(z) / Q(z)}, the inverse of Mills' ratio, for {@code z >= 0}. */
  static double hazard(double z) {
    return z < FAR
        ? Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) / upper(z)
        : 2 / (z * GammaFunctions.tailFraction(0.5, z * z / 2));
  }

  /**
   * The z with {@code Q(z) = q}.
   *
   * <p>By symmetry q is at most 1/2. Because {@code ln Q} is concave and {@code Q(z) <= e^(-z^2/2)
   * / 2}, Newton's iteration from the z that makes this an equality descends to the root, and stops
   * when rounding stops it.
   */
  static double inverseUpper(double q) {
    if (q > 0.5) {
      return -inverseUpper(1 - q);
    }
    if (q == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double target = Math.log(q);
    double z = Math.sqrt(-2 * (target + Math.log(2)));
    for (double next = newton(z, target); next < z; next = newton(z, target)) {
      z = next;
    }
    return z;
  }

  private static double newton(double z, double target) {
    return z + (logUpper(z) - target) / hazard(z);
  }
}
