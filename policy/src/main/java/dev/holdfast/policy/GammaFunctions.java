// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.special.Gamma;
import org.apache.commons.math3.util.ContinuedFraction;

/**
 * The regularised incomplete gamma functions P and Q with their logarithms, which Commons Math does
 * not have: P and Q themselves underflow in their tails.
 *
 * <p>{@code P(a, x) = x^a e^(-x) / Gamma(a+1) * (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...)} below
 * {@code x = a + 1}, and {@code Q(a, x) = x^a e^(-x) / Gamma(a) * F(a, x)} above it, F being
 * Legendre's continued fraction {@code 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- ...)))}: M.
 * Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 1964, 6.5.29 and 6.5.31.
 */
final class GammaFunctions {
  private static final double EPSILON = 1e-15;
  private static final int ITERATIONS_MAX = 10_000;

  private GammaFunctions() {}

  static double gamma(double a) {
    return Gamma.gamma(a);
  }

  static double logGamma(double a) {
    return Gamma.logGamma(a);
  }

  /** P(a, x). */
  static double lower(double a, double x) {
    return x == Double.POSITIVE_INFINITY
        ? 1
        : Gamma.regularizedGammaP(a, x, EPSILON, ITERATIONS_MAX);
  }

  /** Q(a, x). */
  static double upper(double a, double x) {
    return x == Double.POSITIVE_INFINITY
        ? 0
        : Gamma.regularizedGammaQ(a, x, EPSILON, ITERATIONS_MAX);
  }

  /** ln P(a, x). */
  static double logLower(double a, double x) {
    if (inTail(a, x)) {
      return Math.log1p(-upper(a, x));
    }
    double term = 1;
    double sum = 1;
    for (int n = 1; term > Math.ulp(sum) / 4; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return a * Math.log(x) - x - Gamma.logGamma(a + 1) + Math.log(sum);
  }

  /** ln Q(a, x). */
  static double logUpper(double a, double x) {
    if (x == Double.POSITIVE_INFINITY) {
      return Double.NEGATIVE_INFINITY;
    }
    return inTail(a, x)
        ? a * Math.log(x) - x - Gamma.logGamma(a) + Math.log(tailFraction(a, x))
        : Math.log1p(-lower(a, x));
  }

  /** Whether x is so large that {@link #tailFraction} converges fast. */
  static boolean inTail(double a, double x) {
    return x >= a + 1;
  }

  /** {@code F(a, x) = Gamma(a, x) / (x^a e^(-x))}, about 1/x. */
  static double tailFraction(double a, double x) {
    ContinuedFraction fraction =
        new ContinuedFraction() {
          @Override
          protected double getA(int n, double at) {
            return 2.0 * n + 1 - a + at;
          }

          @Override
          protected double getB(int n, double at) {
            return n * (a - n);
          }
        };
    return 1 / fraction.evaluate(x, EPSILON, ITERATIONS_MAX);
  }
}
