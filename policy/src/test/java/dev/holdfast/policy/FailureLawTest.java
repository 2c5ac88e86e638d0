// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureLawTest {
  private static final long SEED = 19510901;
  private static final GaussIntegrator GAUSS = new GaussIntegratorFactory().legendre(20);
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final double[] TAILS = {0.9999, 0.9, 0.5, 0.1, 1e-3, 1e-12, 1e-100, 1e-300};

  static List<FailureLaw> laws() {
    List<FailureLaw> laws = new ArrayList<>();
    laws.add(new Exponential(3600));
    for (double shape : new double[] {0.11, 0.5, 0.7, 1, 1.3, 2, 9.9}) {
      laws.add(Weibull.ofMean(shape, 86400));
      laws.add(Gamma.ofMean(shape, 5e-3));
    }
    laws.add(Gamma.ofMean(99, 1e6));
    for (double sigma : new double[] {0.011, 0.3, 1, 2.51, 4.9}) {
      laws.add(LogNormal.ofMean(sigma, 3600));
    }
    return laws;
  }

  /** The survival as the integral of the density, in the bulk and out to 1e-300. */
  @ParameterizedTest
  @MethodSource("laws")
  void survival_againstQuadratureOfDensity_agreesInBothTails(FailureLaw law) {
    for (double tail : TAILS) {
      double age = law.inverseSurvival(tail);
      double logSurvival = law.logDensity(age) + Math.log(age) + Math.log(relativeTail(law, age));
      assertEquals(logSurvival, law.logSurvival(age), 1e-10, law + " at " + age);
      assertEquals(tail, law.survival(age), 1e-10 * tail, law + " at " + age);
      assertEquals(tail, Math.exp(law.logSurvival(age)), 1e-10 * tail, law + " at " + age);
      double hazard = 1 / (age * relativeTail(law, age));
      assertEquals(hazard, law.hazard(age), 1e-10 * hazard, law + " at " + age);
      double density = law.hazard(age) * law.survival(age);
      assertEquals(density, law.density(age), 1e-10 * density, law + " at " + age);
    }
  }

  /** Ages that no double survival can express: the logarithm and the hazard still can. */
  @ParameterizedTest
  @MethodSource("laws")
  void logSurvival_farBeyondUnderflow_stillHasItsDigits(FailureLaw law) {
    for (double times : new double[] {2, 5}) {
      double age = law.inverseSurvival(Double.MIN_VALUE) * times;
      double logSurvival = law.logDensity(age) + Math.log(age) + Math.log(relativeTail(law, age));
      assertEquals(logSurvival, law.logSurvival(age), -1e-11 * logSurvival, law + " at " + age);
      double hazard = 1 / (age * relativeTail(law, age));
      double rounding = 1e-8 - 2e-15 * logSurvival;
      assertEquals(hazard, law.hazard(age), rounding * hazard, law + " at " + age);
    }
  }

  /** {@code S(t) / (t f(t))}: the integral over ln x, from ln t until nothing is left. */
  private static double relativeTail(FailureLaw law, double age) {
    DoubleUnaryOperator exponent = y -> law.logDensity(age * Math.exp(y)) - law.logDensity(age) + y;
    double end = 1e-12;
    while (exponent.applyAsDouble(end) > -40 || exponent.applyAsDouble(end * 1.5) > -40) {
      end *= 1.5;
    }
    return integral(y -> Math.exp(exponent.applyAsDouble(y)), 0, end * 1.5);
  }

  private static double integral(DoubleUnaryOperator function, double from, double to) {
    int panels = 100;
    double half = (to - from) / panels / 2;
    double sum = 0;
    for (int panel = 0; panel < panels; panel++) {
      double middle = from + (2 * panel + 1) * half;
      sum += half * GAUSS.integrate(x -> function.applyAsDouble(middle + half * x));
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("laws")
  void restrictedMean_againstQuadratureOfSurvival_agrees(FailureLaw law) {
    for (double survival : new double[] {0.99, 0.5, 0.1, 1e-6}) {
      double age = law.inverseSurvival(survival);
      // Over ln x, for the steep begin of the small shapes; nothing fails before the start.
      double start = law.quantile(1e-18);
      double expected =
          start
              + integral(
                  y -> Math.exp(y) * law.survival(Math.exp(y)), Math.log(start), Math.log(age));
      double actual = law.restrictedMeanSeconds(age);
      assertEquals(expected, actual, 1e-11 * expected, law + " at " + age);
    }
    assertEquals(law.meanSeconds(), law.restrictedMeanSeconds(NEVER), 1e-14 * law.meanSeconds());
    assertEquals(0, law.restrictedMeanSeconds(0));
  }

  @ParameterizedTest
  @MethodSource("laws")
  void excessMean_againstQuadratureOfSurvival_agreesFarOut(FailureLaw law) {
    for (double survival : new double[] {0.99, 0.5, 0.1, 1e-6, 1e-30}) {
      double age = law.inverseSurvival(survival);
      double end = law.inverseSurvival(survival * 1e-40);
      double expected =
          integral(y -> Math.exp(y) * law.survival(Math.exp(y)), Math.log(age), Math.log(end));
      double actual = law.excessMeanSeconds(age);
      assertEquals(expected, actual, 1e-10 * expected, law + " at " + age);
      double sum = law.restrictedMeanSeconds(age) + actual;
      assertEquals(law.meanSeconds(), sum, 1e-13 * law.meanSeconds(), law + " at " + age);
    }
    assertEquals(law.meanSeconds(), law.excessMeanSeconds(0), 1e-14 * law.meanSeconds());
    assertEquals(0, law.excessMeanSeconds(NEVER));
  }

  @ParameterizedTest
  @MethodSource("laws")
  void inverses_atAnyProbability_returnIt(FailureLaw law) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      double tail = i < 50 ? random.nextDouble() : Math.pow(10, -15 * random.nextDouble());
      String at = law + " tail " + tail + " seed=" + SEED;
      assertEquals(tail, law.survival(law.inverseSurvival(tail)), 1e-11 * tail, at);
      double age = law.quantile(tail);
      // 1 - S has no digits left for a small probability; the integral of f below t has.
      double below = tail < 0.5 ? failedBy(law, age) : 1 - law.survival(age);
      assertEquals(tail, below, 1e-9 * tail, at);
    }
    assertEquals(0, law.quantile(0));
    assertEquals(NEVER, law.quantile(1));
    assertEquals(0, law.inverseSurvival(1));
    assertEquals(NEVER, law.inverseSurvival(0));
  }

  private static double failedBy(FailureLaw law, double age) {
    double low = -1e-6;
    double peak = law.logDensity(age);
    while (law.logDensity(age * Math.exp(low)) + low - peak > -40 && low > -700) {
      low *= 1.5;
    }
    return integral(y -> law.density(age * Math.exp(y)) * age * Math.exp(y), low, 0);
  }

  @ParameterizedTest
  @MethodSource("laws")
  void everyFunction_atTheEdges_isNotNaNAndWithinItsRange(FailureLaw law) {
    double mean = law.meanSeconds();
    for (double age :
        new double[] {0, Double.MIN_VALUE, 1e-300, 1e-12 * mean, mean, 1e6 * mean, 1e300, NEVER}) {
      String at = law + " at " + age;
      double survival = law.survival(age);
      assertTrue(survival >= 0 && survival <= 1, at);
      assertTrue(law.logSurvival(age) <= 0, at);
      assertTrue(law.density(age) >= 0, at);
      assertTrue(law.hazard(age) >= 0, at);
      assertFalse(Double.isNaN(law.logDensity(age)), at);
      double excess = law.excessMeanSeconds(age);
      assertTrue(excess >= 0 && excess <= mean * (1 + 1e-14), at + " " + excess);
      double restricted = law.restrictedMeanSeconds(age);
      assertTrue(restricted >= 0 && restricted <= Math.min(age, mean) * (1 + 1e-12), at);
    }
    assertEquals(1, law.survival(0));
    assertEquals(0, law.survival(NEVER));
    assertEquals(-NEVER, law.logSurvival(NEVER));
    assertEquals(0, law.density(NEVER));
  }

  @ParameterizedTest
  @MethodSource("laws")
  void withMean_ofAnyLaw_scalesTheAges(FailureLaw law) {
    FailureLaw other = law.withMeanSeconds(12345);
    assertEquals(law.id(), other.id());
    assertEquals(12345, other.meanSeconds(), 1e-9);
    double factor = 12345 / law.meanSeconds();
    double age = law.inverseSurvival(0.3);
    assertEquals(0.3, other.survival(age * factor), 1e-12);
    assertEquals(law.meanSeconds(), law.withMeanSeconds(law.meanSeconds()).meanSeconds(), 1e-6);
  }

  @Test
  void shapeOne_ofWeibullAndGamma_isTheExponential() {
    Exponential exponential = new Exponential(100);
    for (FailureLaw law : List.of(new Weibull(1, 100), new Gamma(1, 100))) {
      for (double age : new double[] {0, 1e-9, 20, 100, 5000, 1e5}) {
        String at = law + " at " + age;
        assertEquals(exponential.logSurvival(age), law.logSurvival(age), 1e-12 * (1 + age), at);
        assertEquals(exponential.logDensity(age), law.logDensity(age), 1e-12 * (1 + age), at);
        assertEquals(0.01, law.hazard(age), 1e-14, at);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "exponential, exponential, 0",
    "' Exponential ', exponential, 0",
    "weibull:0.7, weibull, 0.7",
    "WEIBULL:2, weibull, 2",
    "lognormal:1.2, lognormal, 1.2",
    "gamma:0.5, gamma, 0.5"
  })
  void parse_ofALaw_readsFamilyShapeAndMean(String text, String id, double shape) {
    FailureLaw law = FailureLaw.parse(text, 3600);
    assertEquals(id, law.id());
    assertEquals(3600, law.meanSeconds(), 1e-9);
    double read =
        switch (law) {
          case Exponential _ -> 0;
          case Weibull weibull -> weibull.shape();
          case LogNormal logNormal -> logNormal.sigma();
          case Gamma gamma -> gamma.shape();
        };
    assertEquals(shape, read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | failure law \"\": use exponential, weibull:SHAPE (0.1 to 10.0), lognormal:SIGMA",
        "weibull | failure law \"weibull\": use exponential, weibull:SHAPE",
        "weibull: | failure law \"weibull:\": use exponential",
        "weibull:x | failure law \"weibull:x\": use exponential",
        "normal:1 | failure law \"normal:1\": use exponential",
        "weibull:0.1 | Weibull shape is 0.1: it must be greater than 0.1 and less than 10.0",
        "weibull:NaN | failure law \"weibull:NaN\": use exponential",
        "lognormal:-1 | lognormal sigma is -1.0: it must be greater than 0.01",
        "gamma:100 | gamma shape is 100.0: it must be greater than 0.1 and less than 100.0"
      })
  void parse_ofAnythingElse_saysWhatIsAccepted(String text, String message) {
    assertMessage(message, () -> FailureLaw.parse(text, 3600));
  }

  @Test
  void laws_outsideTheirRange_refuseByName() {
    assertMessage("meanSeconds is 0.0", () -> new Exponential(0));
    assertMessage("scaleSeconds is NaN", () -> new Weibull(1, Double.NaN));
    assertMessage("meanSeconds is Infinity", () -> new LogNormal(1000, 1));
    assertMessage("meanSeconds is -1.0", () -> FailureLaw.parse("gamma:2", -1));
    assertMessage("ageSeconds is -1.0", () -> new Gamma(2, 1).survival(-1));
    assertMessage("ageSeconds is NaN", () -> new Weibull(2, 1).hazard(Double.NaN));
    assertMessage("survival is 1.5", () -> new Exponential(1).inverseSurvival(1.5));
    assertMessage("probability is NaN", () -> new LogNormal(0, 1).quantile(Double.NaN));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }
}
