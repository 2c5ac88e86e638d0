// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigammaTest {
  @Test
  void digamma_atKnownPlaces_hasFourteenDigits() {
    double euler = 0.5772156649015329;
    assertEquals(-euler, Digamma.of(1), 1e-14);
    assertEquals(1 - euler, Digamma.of(2), 1e-14);
    assertEquals(-euler - 2 * Math.log(2), Digamma.of(0.5), 1e-14);
    assertEquals(-euler - Math.PI / 2 - 3 * Math.log(2), Digamma.of(0.25), 1e-14);
  }

  /** Against the difference quotient of ln Gamma, of sixth order. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5269, 1.677, 4.0254, 9.99, 10, 10.01, 49, 100, 1e4})
  void digamma_anywhere_isTheSlopeOfLogGamma(double x) {
    double h = x * 1e-3;
    double quotient =
        (45 * (Gamma.logGamma(x + h) - Gamma.logGamma(x - h))
                - 9 * (Gamma.logGamma(x + 2 * h) - Gamma.logGamma(x - 2 * h))
                + (Gamma.logGamma(x + 3 * h) - Gamma.logGamma(x - 3 * h)))
            / (60 * h);
    assertEquals(quotient, Digamma.of(x), 1e-11 * Math.max(1, Math.abs(quotient)));
  }
}
