// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExactOptimumTest {
  private static final long SEED = 20060301;
  private static final DfpField DIGITS = new DfpField(60);

  static List<ReferenceRow> rows() {
    return ReferenceRow.exponential();
  }

  /** The residual of the optimality condition, with 60 digits, changes sign within 1e-13 of w. */
  @Test
  void workInterval_atAnyRatio_hasThirteenDigits() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      double mttf = logUniform(random, 1e-3, 1e9);
      double ratio = i == 0 ? 1e-14 : i == 1 ? 700 : logUniform(random, 1e-14, 700);
      double cost = ratio * mttf;
      double interval = ExactOptimum.workIntervalSeconds(cost, mttf);
      String at = "C=" + cost + " M=" + mttf + " w=" + interval + " seed=" + SEED;
      assertTrue(residualSign(interval, -1e-13, cost, mttf) < 0, at);
      assertTrue(residualSign(interval, +1e-13, cost, mttf) > 0, at);
      assertTrue(interval > 0 && interval <= mttf, at);
    }
  }

  /** Sign of x - 1 + e^-(x + c), which is negative below the optimum and positive above it. */
  private static int residualSign(double interval, double shift, double cost, double mttf) {
    Dfp m = DIGITS.newDfp(mttf);
    Dfp x = DIGITS.newDfp(interval).multiply(DIGITS.newDfp(shift).add(1)).divide(m);
    Dfp c = DIGITS.newDfp(cost).divide(m);
    Dfp residual = x.subtract(1).add(x.add(c).negate().exp());
    return residual.lessThan(DIGITS.getZero()) ? -1 : 1;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void workInterval_againstNumericalMinimisation_isTheLeastWaste(ReferenceRow row) {
    Situation s = row.situation();
    double exact = ExactOptimum.workIntervalSeconds(s.costSeconds(), s.mttfSeconds());
    BrentOptimizer optimizer = new BrentOptimizer(1e-10, 1e-10);
    double found =
        optimizer
            .optimize(
                new MaxEval(500),
                GoalType.MINIMIZE,
                new UnivariateObjectiveFunction(w -> SegmentModel.steadyWaste(w, s)),
                new SearchInterval(exact / 20, Math.min(exact * 20, 5 * s.mttfSeconds())))
            .getPoint();
    assertEquals(exact, found, 1e-6 * exact);
  }

  @Test
  void liesBetween_atAnyRatio_saysWhatTheOptimumSays() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 20_000; i++) {
      double mttf = logUniform(random, 1e-3, 1e9);
      double cost = logUniform(random, 1e-14, 10) * mttf;
      double w = ExactOptimum.workIntervalSeconds(cost, mttf);
      double near = 1 + logUniform(random, 1e-11, 1);
      String at = "C=" + cost + " M=" + mttf + " w=" + w + " near=" + near + " seed=" + SEED;
      assertTrue(ExactOptimum.liesBetween(w / near, w * near, cost, mttf), at);
      assertFalse(ExactOptimum.liesBetween(0, w / near, cost, mttf), at);
      assertFalse(ExactOptimum.liesBetween(w * near, w * near * 2, cost, mttf), at);
    }
  }

  @Test
  void workInterval_besideItsNeighbours_wastesLeastInAnySituation() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      Situation s = randomSituation(random);
      double w = ExactOptimum.workIntervalSeconds(s.costSeconds(), s.mttfSeconds());
      double waste = SegmentModel.steadyWaste(w, s);
      String at = s + " w=" + w + " waste=" + waste + " seed=" + SEED;
      assertTrue(waste > 0 && waste <= 1, at);
      assertTrue(SegmentModel.steadyWaste(w * 0.9, s) >= waste * (1 - 1e-14), at);
      assertTrue(SegmentModel.steadyWaste(w * 1.1, s) >= waste * (1 - 1e-14), at);
      for (CheckpointPolicy other : List.of(CheckpointPolicy.young(), CheckpointPolicy.daly())) {
        double otherWaste = SegmentModel.steadyWaste(other.workIntervalSeconds(JobState.of(s)), s);
        assertTrue(otherWaste >= waste * (1 - 1e-14), at + " " + other);
      }
    }
  }

  @Test
  void workInterval_whenCostOrMttfGrows_grows() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 2000; i++) {
      Situation s = randomSituation(random);
      double cost = s.costSeconds();
      double mttf = s.mttfSeconds();
      double w = ExactOptimum.workIntervalSeconds(cost, mttf);
      String at = s + " seed=" + SEED;
      assertTrue(ExactOptimum.workIntervalSeconds(cost * 1.01, mttf) >= w, at);
      assertTrue(ExactOptimum.workIntervalSeconds(cost, mttf * 1.01) > w, at);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 1e-12, 1e-16, 1e-20})
  void workInterval_asCostVanishes_tendsToItsExpansion(double ratio) {
    double mttf = 86400;
    double root = Math.sqrt(2 * ratio);
    double expansion = mttf * (root - 2 * ratio / 3 + root * ratio / 18);
    double exact = ExactOptimum.workIntervalSeconds(ratio * mttf, mttf);
    assertEquals(expansion, exact, (ratio + 1e-14) * exact);
    assertEquals(Young.workIntervalSeconds(ratio * mttf, mttf), exact, (root + 1e-14) * exact);
  }

  @Test
  void workInterval_asCostOutgrowsMttf_tendsToMttfFromBelow() {
    assertEquals(99.3216, ExactOptimum.workIntervalSeconds(400, 100), 5e-5);
    assertEquals(100, ExactOptimum.workIntervalSeconds(1e5, 100));
    assertEquals(100, Daly.higherOrder(400, 100));
  }

  @Test
  void workInterval_atTheEdgesOfADouble_isNumberNotNaN() {
    double[] edges = {Double.MIN_VALUE, 1e-300, 1e-150, 1, 1e150, 1e300, Double.MAX_VALUE};
    for (double cost : edges) {
      for (double mttf : edges) {
        double w = ExactOptimum.workIntervalSeconds(cost, mttf);
        assertTrue(w >= 0 && w <= mttf, "C=" + cost + " M=" + mttf + " w=" + w);
      }
    }
  }

  @Test
  void segments_againstBruteForce_areTheBest() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 300; i++) {
      double mttf = 1000;
      double cost = logUniform(random, 1e-4, 10) * mttf;
      double restart = random.nextDouble() * 300;
      Situation s = new Situation(cost, mttf, restart, random.nextDouble() * 100);
      double interval = ExactOptimum.workIntervalSeconds(cost, mttf);
      double work = logUniform(random, 0.1, 100) * interval;
      Optimum optimum = ExactOptimum.forJob(work, s);
      double best = Double.POSITIVE_INFINITY;
      for (int k = 1; k <= 400 && (k == 1 || work > cost); k++) {
        best = Math.min(best, makespanOfEqualSegments(work, k, s));
      }
      String at = s + " W=" + work + " K=" + optimum.segments() + " seed=" + SEED;
      assertEquals(best, optimum.makespanSeconds(), 1e-12 * best, at);
      assertEquals(best, makespanOfEqualSegments(work, optimum.segments(), s), 1e-12 * best, at);
      double any = interval * logUniform(random, 0.2, 5);
      assertTrue(SegmentModel.makespanSeconds(work, any, s) >= best * (1 - 1e-12), at);
    }
  }

  /** The closed form of the finite job, written down without the code under test. */
  private static double makespanOfEqualSegments(double work, long k, Situation s) {
    double m = s.mttfSeconds();
    double exposed = (work + (k - 1) * s.costSeconds()) / k;
    return k
        * Math.exp(s.restartSeconds() / m)
        * (m + s.downtimeSeconds())
        * Math.expm1(exposed / m);
  }

  @Test
  void forJob_whenTheJobIsShort_doesNotCheckpoint() {
    Situation s = new Situation(300, 86400, 600, 0);
    for (double work : new double[] {1e-9, 299, 300, 301, 7000}) {
      Optimum optimum = ExactOptimum.forJob(work, s);
      assertEquals(1, optimum.segments());
      assertEquals(work, optimum.segmentWorkSeconds());
      assertEquals(0, optimum.breakdown().checkpointSeconds());
      assertEquals(
          SegmentModel.makespanSeconds(work, Double.POSITIVE_INFINITY, s),
          optimum.makespanSeconds());
    }
  }

  @Test
  void forJob_withSeveralSegments_leavesTheLastOneLongerByOneCost() {
    Situation s = new Situation(300, 86400, 300, 0);
    Optimum optimum = ExactOptimum.forJob(21600, s);
    assertEquals(3, optimum.segments());
    assertEquals((21600 - 300) / 3.0, optimum.segmentWorkSeconds(), 1e-9);
    assertEquals(21600, optimum.breakdown().usefulSeconds(), 1e-9);
  }

  private static Situation randomSituation(SplittableRandom random) {
    double mttf = logUniform(random, 1, 1e9);
    return new Situation(
        logUniform(random, 1e-12, 100) * mttf,
        mttf,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * mttf,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * mttf);
  }

  private static double logUniform(SplittableRandom random, double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }
}
