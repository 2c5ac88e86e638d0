// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

/**
 * The digamma function psi, the derivative of ln Gamma. Commons Math 3.6.1 has it to 3e-9 only (a
 * sign in its asymptotic series is wrong), which shows in the eighth digit of a fitted shape.
 *
 * <p>{@code psi(x) = psi(x + 1) - 1/x} up to 10, from where {@code psi(x) ~ ln x - 1/(2x) - 1/(12
 * x^2) + 1/(120 x^4) - 1/(252 x^6) + 1/(240 x^8) - 1/(132 x^10) + ...} has 15 digits: M.
 * Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 1964, 6.3.5 and 6.3.18.
 */
final class Digamma {
  private static final double ASYMPTOTIC_FROM = 10;

  private Digamma() {}

  /**
   * @param x greater than 0
   */
  static double of(double x) {
    double shift = 0;
    double at = x;
    while (at < ASYMPTOTIC_FROM) {
      shift += 1 / at;
      at++;
    }
    double y = 1 / (at * at);
    double series =
        y
            * (1.0 / 12
                - y
                    * (1.0 / 120
                        - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * 691.0 / 32760)))));
    return Math.log(at) - 0.5 / at - series - shift;
  }
}
