// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WongFranklinTest {
  private static final long SEED = 19960102;
  private static final DfpField DIGITS = new DfpField(80);

  @Test
  void workInterval_whenHalfIsLost_isYoungsToTheLastBit() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      Situation s = RandomInputs.situation(random);
      double c = s.costSeconds();
      double m = s.mttfSeconds();
      assertEquals(
          Young.workIntervalSeconds(c, m),
          WongFranklin.workIntervalSeconds(c, m, WongFranklin.DEFAULT_LOST_SHARE),
          () -> s + " seed=" + SEED);
    }
  }

  @Test
  void workInterval_besideItsNeighbours_minimisesTheFirstOrderOverhead() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      Situation s = RandomInputs.situation(random);
      double h = 1 - random.nextDouble();
      double w = WongFranklin.workIntervalSeconds(s.costSeconds(), s.mttfSeconds(), h);
      double least = overhead(w, h, s);
      String at = s + " h=" + h + " seed=" + SEED;
      assertEquals(2 * Math.sqrt(h * s.costSeconds() / s.mttfSeconds()), least, 1e-14 * least, at);
      assertTrue(overhead(w * 0.99, h, s) > least && overhead(w * 1.01, h, s) > least, at);
      double printed = WongFranklin.printedSeconds(s.costSeconds(), s.mttfSeconds(), h);
      assertTrue(printed >= w * (1 - 1e-15), at);
      double penalty = WongFranklin.printedPenalty(h);
      assertEquals(penalty, overhead(printed, h, s) / least, 1e-13 * penalty, at);
    }
  }

  private static double overhead(double w, double h, Situation s) {
    return s.costSeconds() / w + h * w / s.mttfSeconds();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "0.75, 1.0104", "0.5, 1.0607", "0.25, 1.25", "0.1, 1.7393"})
  void printedPenalty_isWhatTheDocumentationSays(double h, double penalty) {
    assertEquals(penalty, WongFranklin.printedPenalty(h), 5e-5);
  }

  @Test
  void bothForms_whenAllIsLost_agree() {
    assertEquals(
        WongFranklin.workIntervalSeconds(300, 86400, 1),
        WongFranklin.printedSeconds(300, 86400, 1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-17, 1e-12, 1e-6, 1e-3, 0.1, 0.499, 0.501, 1, 3, 30, 699, 701})
  void lostShare_againstEightyDigits_keepsItsOwn(double x) {
    Dfp exact = DIGITS.newDfp(x);
    Dfp one = DIGITS.getOne();
    double expected = one.divide(exact).subtract(one.divide(exact.exp().subtract(one))).toDouble();
    assertEquals(expected, WongFranklin.lostShare(x, 1), 3e-15 * expected);
  }

  @Test
  void lostShare_againstSimulatedFailures_isTheirMean() {
    SplittableRandom random = new SplittableRandom(SEED);
    double mttf = 1000;
    double interval = 1500;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < 200_000; i++) {
      double gap = -Math.log1p(-random.nextDouble()) * mttf;
      if (gap < interval) {
        sum += gap / interval;
        count++;
      }
    }
    // The share of a failure within its interval deviates by less than 0.3 from its mean.
    double error = 4 * 0.3 / Math.sqrt(count);
    assertEquals(sum / count, WongFranklin.lostShare(interval, mttf), error, "seed " + SEED);
  }

  @Test
  void lostShare_whenTheIntervalGrows_falls() {
    double before = 0.5;
    assertEquals(0.5, WongFranklin.lostShare(Double.MIN_VALUE, 1));
    for (double x = 1e-6; x < 1e9; x *= 1.3) {
      double share = WongFranklin.lostShare(x, 1);
      assertTrue(share > 0 && share < before, "x=" + x);
      before = share;
    }
  }
}
