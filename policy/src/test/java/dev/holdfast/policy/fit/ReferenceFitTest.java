// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.logs.FailureLog;
import dev.holdfast.policy.logs.LogFormat;
import dev.holdfast.policy.logs.Selection;
import dev.holdfast.policy.logs.SharedData;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Fits of published data. The numbers were computed independently of this code, by other programs,
 * and agree with the textbooks; they are given with all their digits, in the unit of the data.
 */
class ReferenceFitTest {
  private static final double HOUR = 3600;

  /**
   * J. Lieblein, M. Zelen, 1956: millions of revolutions of 23 ball bearings before they failed.
   */
  private static final double[] BEARINGS = {
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64,
    68.64, 68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40
  };

  /** E. J. Freireich et al., 1963: weeks of remission of 21 patients given 6-MP. */
  private static final double[] RELAPSED = {6, 6, 6, 7, 10, 13, 16, 22, 23};

  private static final double[] IN_REMISSION = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};

  @Test
  void bearings_fitted_haveTheTextbookNumbers() {
    FitReport report = LawFitting.fit(Sample.of(BEARINGS), Bootstrap.none());
    assertParameters("2.1020589", "81.878334", report, LawFamily.WEIBULL);
    assertParameters("4.1504545", "0.52164933", report, LawFamily.LOGNORMAL);
    assertParameters("4.0254146", "17.942089", report, LawFamily.GAMMA);
    assertPrinted("231.38258", fit(report, LawFamily.WEIBULL).aic());
    assertPrinted("230.25713", fit(report, LawFamily.LOGNORMAL).aic());
    assertPrinted("230.05856", fit(report, LawFamily.GAMMA).aic());
    assertPrinted("244.86975", report.exponential().aic());
    assertPrinted("72.224348", report.sample().meanSeconds());
    assertPrinted("0.151088", fit(report, LawFamily.WEIBULL).distance());
    assertPrinted("0.30679", report.exponential().distance());
  }

  /** Their p-values carry the noise of 500 replicates on both sides. */
  @Test
  void bearings_bootstrapped_haveTheReferenceProbabilities() {
    FitReport report = LawFitting.fit(Sample.of(BEARINGS), new Bootstrap(2000, 1));
    assertEquals(0.16, fit(report, LawFamily.WEIBULL).pValue().orElseThrow(), 0.045);
    assertTrue(report.exponential().pValue().orElseThrow() < 0.012, report::toString);
  }

  @Test
  void leukaemia_fittedWithCensoring_hasTheTextbookNumbers() {
    FitReport report = LawFitting.fit(Sample.censored(RELAPSED, IN_REMISSION), Bootstrap.none());
    assertParameter("39.888889", report, LawFamily.EXPONENTIAL, 0);
    assertParameters("1.3537345", "33.765151", report, LawFamily.WEIBULL);
    assertParameters("3.2030677", "0.9787248", report, LawFamily.LOGNORMAL);
    // With 40 digits the scale is 18.5413851509; the published 18.541386 stopped a little early.
    assertParameters("1.6770088864", "18.541385151", report, LawFamily.GAMMA);
    // Published as -42.1748804; it is -9 ln(359/9) - 9 = -42.17488030.
    assertPrinted("-42.174880300", report.exponential().logLikelihood());
    assertPrinted("-41.6586785", fit(report, LawFamily.WEIBULL).logLikelihood());
    assertPrinted("-40.680156", fit(report, LawFamily.LOGNORMAL).logLikelihood());
    assertPrinted("-41.439416", fit(report, LawFamily.GAMMA).logLikelihood());
  }

  @Test
  void lanlSystem20_withoutZeroGaps_hasAllDigitsInHours() throws IOException {
    FitReport report = LawFitting.fit(lanl("20"), Bootstrap.none());
    assertEquals(2400, report.sample().failures());
    assertPrinted("13.589361", report.sample().meanSeconds() / HOUR);
    assertHours("0.64660118", "9.5525974", report, LawFamily.WEIBULL);
    assertHours("0.52698437", "25.787029", report, LawFamily.GAMMA);
    LawFamily lognormal = LawFamily.LOGNORMAL;
    assertPrinted("1.4136999", parameter(report, lognormal, 0) - Math.log(HOUR));
    assertParameter("1.7582262", report, lognormal, 1);
    assertPrinted("16299.441", fit(report, LawFamily.WEIBULL).aic(HOUR));
    assertPrinted("16309.331", fit(report, lognormal).aic(HOUR));
    assertPrinted("16465.324", fit(report, LawFamily.GAMMA).aic(HOUR));
    assertPrinted("17326.579", report.exponential().aic(HOUR));
    assertPrinted("0.0389447", fit(report, LawFamily.WEIBULL).distance());
    assertPrinted("0.216231", report.exponential().distance());
    assertEquals(LawFamily.WEIBULL, report.recommended().family());
  }

  @Test
  void lanlSystem2_withoutZeroGaps_hasAllDigitsInHours() throws IOException {
    FitReport report = LawFitting.fit(lanl("2"), Bootstrap.none());
    assertEquals(5396, report.sample().failures());
    assertPrinted("14.015657", report.sample().meanSeconds() / HOUR);
    assertHours("0.73828545", "11.469854", report, LawFamily.WEIBULL);
    assertHours("0.63815944", "21.962625", report, LawFamily.GAMMA);
    assertPrinted("1.6806382", parameter(report, LawFamily.LOGNORMAL, 0) - Math.log(HOUR));
    assertParameter("1.6546176", report, LawFamily.LOGNORMAL, 1);
    assertPrinted("38256.067", fit(report, LawFamily.WEIBULL).aic(HOUR));
    assertPrinted("38889.158", fit(report, LawFamily.LOGNORMAL).aic(HOUR));
    assertPrinted("38421.137", fit(report, LawFamily.GAMMA).aic(HOUR));
    assertPrinted("39286.769", report.exponential().aic(HOUR));
    assertPrinted("0.0205036", fit(report, LawFamily.WEIBULL).distance());
    assertPrinted("0.11735", report.exponential().distance());
  }

  @Test
  void lanlSystems3And8_bootstrapped_haveTheReferenceProbabilities() throws IOException {
    FitReport three = LawFitting.fit(lanl("3"), new Bootstrap(500, 1));
    assertEquals(0.0312, fit(three, LawFamily.WEIBULL).distance(), 5e-5);
    assertEquals(0.70, fit(three, LawFamily.WEIBULL).pValue().orElseThrow(), 0.08);
    assertEquals(0.0830, three.exponential().distance(), 5e-5);
    assertTrue(three.exponential().pValue().orElseThrow() < 0.02);
    FitReport eight = LawFitting.fit(lanl("8"), new Bootstrap(500, 1));
    assertEquals(0.0210, fit(eight, LawFamily.WEIBULL).distance(), 5e-5);
    assertEquals(0.90, fit(eight, LawFamily.WEIBULL).pValue().orElseThrow(), 0.08);
    assertEquals(0.1445, eight.exponential().distance(), 5e-5);
    assertTrue(eight.exponential().pValue().orElseThrow() < 0.02);
  }

  private static Sample lanl(String system) throws IOException {
    return FailureLog.read(SharedData.lanl(), LogFormat.LANL)
        .select(Selection.ofSystem(system))
        .sample(Duration.ZERO);
  }

  private static Fit fit(FitReport report, LawFamily family) {
    return report.of(family).orElseThrow();
  }

  private static double parameter(FitReport report, LawFamily family, int index) {
    return fit(report, family).parameters().get(index).value();
  }

  private static void assertHours(
      String shape, String scaleHours, FitReport report, LawFamily family) {
    assertParameter(shape, report, family, 0);
    assertPrinted(scaleHours, parameter(report, family, 1) / HOUR);
  }

  private static void assertParameters(
      String first, String second, FitReport report, LawFamily family) {
    assertParameter(first, report, family, 0);
    assertParameter(second, report, family, 1);
  }

  private static void assertParameter(
      String expected, FitReport report, LawFamily family, int index) {
    assertPrinted(expected, parameter(report, family, index));
  }

  /** Rounded to as many digits as are printed, it is what is printed. */
  private static void assertPrinted(String printed, double actual) {
    BigDecimal expected = new BigDecimal(printed);
    BigDecimal rounded = new BigDecimal(actual).round(new MathContext(expected.precision()));
    assertEquals(0, expected.compareTo(rounded), () -> "expected " + printed + " not " + actual);
  }
}
