// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.analysis.integration.IterativeLegendreGaussIntegrator;
import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.Test;

class FailureRateTest {
  private static final double DAY = 86_400;

  @Test
  void nothingSeen_isWhatWasAssumed() {
    assertEquals(DAY, FailureRate.assuming(DAY).mttfSeconds());
  }

  @Test
  void failuresAndTime_moveTheMean() {
    FailureRate rate = FailureRate.assuming(DAY).seeing(2 * DAY, 0);
    assertEquals(3 * DAY, rate.mttfSeconds());
    assertEquals(3 * DAY / 4, rate.seeing(0, 3).mttfSeconds());
  }

  /** The posterior mean of the rate, from Bayes' rule by quadrature. */
  @Test
  void mttf_isOneOverThePosteriorMeanRate() {
    FailureRate rate = new FailureRate(DAY, 2, 3 * DAY, 4);
    double mean = integral(rate, 1) / integral(rate, 0) / DAY;
    assertEquals(1 / mean, rate.mttfSeconds(), 1e-7 * rate.mttfSeconds());
  }

  /** Integral of likelihood times prior times x^power, x being the failures a day. */
  private static double integral(FailureRate rate, int power) {
    double a = rate.assumedFailures();
    double priorDays = a * rate.assumedMttfSeconds() / DAY;
    double seenDays = rate.atRiskSeconds() / DAY;
    return new IterativeLegendreGaussIntegrator(16, 1e-12, 1e-12)
        .integrate(
            1_000_000,
            x -> {
              double prior = Math.pow(x, a - 1) * Math.exp(-priorDays * x);
              double likelihood = Math.pow(x, rate.failures()) * Math.exp(-seenDays * x);
              return prior * likelihood * Math.pow(x, power);
            },
            0,
            20);
  }

  @Test
  void quantiles_encloseTheStatedShare() {
    FailureRate rate = FailureRate.assuming(DAY).seeing(10 * DAY, 3);
    double median = rate.mttfQuantileSeconds(0.5);
    // P(M < m) = P(rate > 1/m) = Q(shape, b/m).
    assertEquals(0.5, Gamma.regularizedGammaQ(4, 11 * DAY / median), 1e-6);
    assertTrue(rate.mttfQuantileSeconds(0.05) < median);
    assertTrue(rate.mttfQuantileSeconds(0.95) > median);
    assertThrows(IllegalArgumentException.class, () -> rate.mttfQuantileSeconds(1));
  }

  @Test
  void forgetting_fadesWhatWasSeenAndKeepsTheAssumption() {
    FailureRate seen = FailureRate.assuming(DAY).seeing(100 * DAY, 1000);
    FailureRate faded = seen.forget(DAY, DAY);
    assertEquals(1000 / Math.E, faded.failures(), 1e-9);
    assertEquals(DAY, seen.forget(1000 * DAY, DAY).mttfSeconds(), 1e-6);
    assertEquals(seen, seen.forget(DAY, Double.POSITIVE_INFINITY));
  }

  @Test
  void badInput_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> FailureRate.assuming(0));
    assertThrows(IllegalArgumentException.class, () -> new FailureRate(1, 0, 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> FailureRate.assuming(1).seeing(Double.NaN, 0));
  }
}
