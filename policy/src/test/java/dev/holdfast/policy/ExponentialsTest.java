// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the plain forms with 80 digits, which can afford their cancellation. */
class ExponentialsTest {
  private static final DfpField DIGITS = new DfpField(80);

  @ParameterizedTest
  @ValueSource(doubles = {1e-14, 1e-9, 1e-5, 0.01, 0.3, 0.499, 0.5, 0.501, 0.999, 1, 1.001, 5, 300})
  void everyFunction_atAnySize_keepsItsDigits(double x) {
    assertClose(expm1(x).subtract(DIGITS.newDfp(x)), Exponentials.expm1MinusX(x), x);
    assertClose(expm1(-x).add(DIGITS.newDfp(x)), Exponentials.expm1MinusX(-x), -x);
    Dfp one = DIGITS.getOne();
    Dfp exact = DIGITS.newDfp(x);
    assertClose(one.subtract(exact.divide(expm1(x))), Exponentials.truncatedMean(x), x);
    Dfp variance =
        one.subtract(
            exact.multiply(exact).multiply(exact.exp()).divide(expm1(x).multiply(expm1(x))));
    assertClose(variance.sqrt(), Exponentials.truncatedDeviation(x), x);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-7, 1e-3, 0.1, 0.499, 0.5, 0.501, 1, 5, 300})
  void logSinhRatio_atAnySize_keepsItsDigits(double y) {
    Dfp sinh = expm1(y).subtract(expm1(-y)).divide(2);
    assertClose(sinh.divide(DIGITS.newDfp(y)).log(), Exponentials.logSinhRatio(y), y);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-12, 1e-5, 0.1, 0.499, 0.5, 0.501, 1, 5, 300, 1e9})
  void minusLog1p_atAnySize_keepsItsDigits(double x) {
    Dfp exact = DIGITS.newDfp(x);
    Dfp log = exact.add(DIGITS.getOne()).log();
    assertClose(exact.subtract(log), Exponentials.minusLog1p(x), x);
  }

  @Test
  void truncatedMoments_atTheEnds_areTheirLimits() {
    assertEquals(0, Exponentials.truncatedMean(0));
    assertEquals(0, Exponentials.truncatedDeviation(0));
    assertEquals(1, Exponentials.truncatedMean(700));
    assertEquals(1, Exponentials.truncatedDeviation(700));
    assertEquals(0, Exponentials.truncatedDeviation(Double.MIN_VALUE));
    assertEquals(0, Exponentials.logSinhRatio(0));
    assertEquals(0, Exponentials.minusLog1p(0));
  }

  private static Dfp expm1(double x) {
    return DIGITS.newDfp(x).exp().subtract(DIGITS.getOne());
  }

  private static void assertClose(Dfp expected, double actual, double x) {
    double value = expected.toDouble();
    assertEquals(value, actual, 2e-15 * Math.abs(value), () -> "at " + x);
  }
}
