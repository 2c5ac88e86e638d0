// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.analysis.solvers.BrentSolver;

/**
 * Cheap checkpoints that survive most failures and dear ones that survive all, exactly, when both
 * kinds of failure are exponential.
 *
 * <h2>Model</h2>
 *
 * <p>Failures of kind 1 (rate {@code l1 = 1/M1}) leave the checkpoints of level 1 intact, those of
 * kind 2 ({@code l2 = 1/M2}) only those of level 2. A pattern is n times work w and a checkpoint of
 * level 1 ({@code C1}), then one of level 2 ({@code C2}). After a failure of kind 1 the job is down
 * for {@code D1}, restarts for {@code R1} and goes on from the last checkpoint; after one of kind 2
 * it is down for {@code D2}, restarts for {@code R2} and goes on from the begin of the pattern.
 * Failures strike during work, checkpoints and restarts; one during a restart is answered according
 * to its own kind, but after one of kind 2 always at level 2.
 *
 * <p><b>Expected time of a pattern.</b> With {@code l = l1 + l2 = 1/M}, {@code d = e^(-l R1) + (1 -
 * e^(-l R1)) l2/l} and {@code p = (l2/l) / d}, the probability that a failure leads back to the
 * begin of the pattern, it is {@code Q (G^n H - 1)}, where
 *
 * <ul>
 *   <li>{@code G = 1 + p (e^(l (w + C1)) - 1)} and {@code H = 1 + p (e^(l C2) - 1)},
 *   <li>{@code Q = M2 + D1 M2/M1 + D2 + (M + (l1 D1 + l2 D2)/l) (e^(l R2) - 1)}.
 * </ul>
 *
 * <p>It solves the recursion over the segments i of a pattern: {@code V_i} is the expected time
 * from the begin of segment i to the end of the pattern, {@code U_i} from a failure of kind 1 in
 * it, {@code Z} from a failure of kind 2, and each is linear in the others.
 *
 * <p><b>Optimum.</b> For given n the time per work is least where {@code w n (ln G)' = 1 - 1/(G^n
 * H)}, whose left side grows faster in w than the right: there is one root. The best n is found by
 * search.
 *
 * <p><b>First order:</b> {@code H = (n C1 + C2)/(n w) + (n w/2) (l1/n + l2)}, least over w at
 * {@code sqrt(2 (n C1 + C2) (l1/n + l2))}; n is the whole number nearest in that value to {@code
 * sqrt(l1 C2 / (l2 C1))}. It leaves out restarts and downtime.
 *
 * <h2>When a level is not worth having</h2>
 *
 * <p>{@link #recommended} compares with level 2 alone, which then answers failures of both kinds.
 * To first order level 1 pays if {@code sqrt(l1 C1) + sqrt(l2 C2) < sqrt((l1 + l2) C2)}. Level 2
 * cannot be left out: nothing else survives failures of kind 2.
 *
 * <h2>Source</h2>
 *
 * <p>First order: A. Benoit, A. Cavelan, V. Le Fevre, Y. Robert, H. Sun, "Towards optimal
 * multi-level checkpointing", IEEE Transactions on Computers, 2017. The recursion and its solution
 * follow from the model above.
 *
 * @param level1 {@code C1, M1, R1, D1}; M1 is the mean time between failures of kind 1 only
 * @param level2 {@code C2, M2, R2, D2}
 */
public record TwoLevelModel(Situation level1, Situation level2) {
  private static final long CHECKPOINTS_MAX = 1_000_000_000;

  /**
   * How to checkpoint.
   *
   * @param levelOneCheckpoints n, checkpoints of level 1 in a pattern, which one of level 2 ends; 0
   *     for level 2 alone, one segment in a pattern
   * @param workIntervalSeconds w, work of a segment
   * @param patternSeconds expected time of a pattern
   * @param overhead expected seconds lost per second of useful work
   */
  public record Plan(
      int levelOneCheckpoints, double workIntervalSeconds, double patternSeconds, double overhead) {

    /** Expected share of the time that is not useful work, 0 to 1. */
    public double waste() {
      return overhead == Double.POSITIVE_INFINITY ? 1 : overhead / (1 + overhead);
    }
  }

  /** The best pattern that has checkpoints of level 1. */
  public Plan optimum() {
    return plan((int) Search.leastOf(1, CHECKPOINTS_MAX, n -> plan((int) n).overhead()));
  }

  /** The best there is without level 1: {@link ExactOptimum} for failures of both kinds. */
  public Plan levelTwoAlone() {
    Situation both =
        new Situation(level2.costSeconds(), mttf(), level2.restartSeconds(), meanDowntimeSeconds());
    double w = ExactOptimum.workIntervalSeconds(both.costSeconds(), both.mttfSeconds());
    Breakdown segment = SegmentModel.steadyBreakdown(w, both);
    return new Plan(0, w, segment.makespanSeconds(), segment.overhead());
  }

  /** The better of {@link #optimum} and {@link #levelTwoAlone}. */
  public Plan recommended() {
    Plan both = optimum();
    Plan alone = levelTwoAlone();
    return both.overhead() < alone.overhead() ? both : alone;
  }

  /** The best pattern to first order, with the overhead that the first order predicts. */
  public Plan firstOrder() {
    long n = Search.leastOf(1, CHECKPOINTS_MAX, this::firstOrderSquare);
    double w = firstOrderInterval(n);
    double overhead = Math.sqrt(2 * firstOrderSquare(n));
    return new Plan((int) n, w, n * w * (1 + overhead), overhead);
  }

  private double firstOrderSquare(long n) {
    return (n * level1.costSeconds() + level2.costSeconds())
        * (1 / level1.mttfSeconds() / n + 1 / level2.mttfSeconds());
  }

  private double firstOrderInterval(long n) {
    double cost = n * level1.costSeconds() + level2.costSeconds();
    return Math.sqrt(2 * cost / (1 / level1.mttfSeconds() / n + 1 / level2.mttfSeconds())) / n;
  }

  /**
   * The best pattern with n checkpoints of level 1.
   *
   * @param levelOneCheckpoints n, 1 to 1,000,000,000
   * @throws IllegalArgumentException if n is outside its range
   */
  public Plan plan(int levelOneCheckpoints) {
    double w = bestInterval(checked(levelOneCheckpoints));
    return new Plan(
        levelOneCheckpoints,
        w,
        patternSeconds(levelOneCheckpoints, w),
        overhead(levelOneCheckpoints, w));
  }

  private double bestInterval(int n) {
    // In logarithms, so that the solver's absolute accuracy is a relative one of w.
    UnivariateFunction slope = logW -> slope(n, Math.exp(logW));
    double low = Math.log(firstOrderInterval(n));
    double high = low;
    while (slope.value(low) > 0) {
      low -= 1;
    }
    while (slope.value(high) < 0) {
      high += 1;
    }
    return low == high
        ? Math.exp(low)
        : Math.exp(new BrentSolver(1e-15, 1e-14).solve(1000, slope, low, high));
  }

  /** {@code w n (ln G)' - (1 - 1/(G^n H))}, increasing in w. */
  private double slope(int n, double w) {
    double p = resetProbability();
    double x = (w + level1.costSeconds()) / mttf();
    double growth = 1 / (1 + (1 - p) / p * Math.exp(-x));
    return w / mttf() * n * growth + Math.expm1(-logGrowth(n, x));
  }

  private double logGrowth(int n, double exposed) {
    double p = resetProbability();
    return n * logMixed(p, exposed) + logMixed(p, level2.costSeconds() / mttf());
  }

  /** {@code ln(1 + p (e^x - 1))}. */
  private static double logMixed(double p, double x) {
    return x < SegmentModel.EXPONENT_MAX
        ? Math.log1p(p * Math.expm1(x))
        : x + Math.log(p); // what is left out is far below the last digit
  }

  /**
   * Expected time of a pattern.
   *
   * @param levelOneCheckpoints n, 1 to 1,000,000,000
   * @param workIntervalSeconds w, greater than 0, Infinity for never
   * @return seconds; Infinity where they exceed a double
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public double patternSeconds(int levelOneCheckpoints, double workIntervalSeconds) {
    return steadyBreakdown(levelOneCheckpoints, workIntervalSeconds).makespanSeconds();
  }

  /**
   * Expected seconds lost per second of useful work.
   *
   * @param levelOneCheckpoints n, 1 to 1,000,000,000
   * @param workIntervalSeconds w, greater than 0, Infinity for never
   * @return 0 or more; Infinity where it exceeds a double
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public double overhead(int levelOneCheckpoints, double workIntervalSeconds) {
    return steadyBreakdown(levelOneCheckpoints, workIntervalSeconds).overhead();
  }

  /**
   * Where the time of an endless job goes, over one pattern. Checkpoints and restarts are those of
   * both levels, failures those of both kinds.
   *
   * @param levelOneCheckpoints n, 1 to 1,000,000,000
   * @param workIntervalSeconds w, greater than 0, Infinity for never
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public Breakdown steadyBreakdown(int levelOneCheckpoints, double workIntervalSeconds) {
    int n = checked(levelOneCheckpoints);
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    double mttf = mttf();
    double restart = level2.restartSeconds() / mttf;
    double exposed = (workIntervalSeconds + level1.costSeconds()) / mttf;
    double growth = logGrowth(n, exposed);
    double largest = Math.max(Math.max(exposed, level2.costSeconds() / mttf), growth);
    if (largest + restart > SegmentModel.EXPONENT_MAX) {
      return SegmentModel.unbounded(n * workIntervalSeconds, Double.POSITIVE_INFINITY, level2);
    }
    double surplus = surplus(n, exposed);
    double resets = Math.expm1(growth);
    double failures1 = resets * (level2.mttfSeconds() / level1.mttfSeconds());
    double failedRestarts1 = failures1 * -Math.expm1(-level1.restartSeconds() / mttf);
    double failedRestarts2 = resets * Math.expm1(restart);
    return new Breakdown(
        n * workIntervalSeconds,
        reworkSeconds(n * (1 + surplus), n * surplus, workIntervalSeconds),
        mttf * (n * (1 + surplus) * expm1Of(level1) + expm1Of(level2)),
        mttf * (failedRestarts1 + failedRestarts2),
        failures1 * level1.downtimeSeconds()
            + resets * level2.downtimeSeconds()
            + failedRestarts2 * meanDowntimeSeconds(),
        resets / resetProbability() + failedRestarts1 + failedRestarts2);
  }

  private double expm1Of(Situation level) {
    return Math.expm1(level.costSeconds() / mttf());
  }

  /**
   * Segment i of n is reached {@code H G^(n-i+1)} times for each pattern completed, and takes
   * {@code e^(l (w + C1)) / G} tries to pass it or to be thrown back to the begin of the pattern.
   * This is the mean over i of the tries, per {@code e^(l (w + C1))}, less 1: {@code H (G^n - 1) /
   * (n (G - 1)) - 1}. Where its factors are near 1 it is put together from their differences from
   * 1.
   */
  private double surplus(int n, double exposed) {
    double p = resetProbability();
    double step = p * Math.expm1(exposed);
    double power = n * Math.log1p(step);
    double ofLevel2 = p * expm1Of(level2);
    if (step > 0.5) {
      return (1 + ofLevel2) * (Math.expm1(power) / (n * step)) - 1;
    }
    double ofPower = Exponentials.expm1MinusX(power) / power;
    double ofStep = -Exponentials.minusLog1p(step) / step;
    double both = ofLevel2 + ofPower + ofLevel2 * ofPower;
    return both + ofStep + both * ofStep;
  }

  /** Time in work less the work itself, rearranged so that nothing cancels when w << M. */
  private double reworkSeconds(double tries, double surplusTries, double work) {
    double mttf = mttf();
    double cost = level1.costSeconds() / mttf;
    return mttf * tries * Math.exp(cost) * Exponentials.expm1MinusX(work / mttf)
        + work * (surplusTries + tries * Math.expm1(cost));
  }

  private double mttf() {
    return 1 / (1 / level1.mttfSeconds() + 1 / level2.mttfSeconds());
  }

  /** {@code l2 / l}. */
  private double levelTwoShare() {
    return 1 / (1 + level2.mttfSeconds() / level1.mttfSeconds());
  }

  private double meanDowntimeSeconds() {
    double share = levelTwoShare();
    return (1 - share) * level1.downtimeSeconds() + share * level2.downtimeSeconds();
  }

  private double resetProbability() {
    double share = levelTwoShare();
    double survived = Math.exp(-level1.restartSeconds() / mttf());
    return share / (survived + (1 - survived) * share);
  }

  private static int checked(int checkpoints) {
    if (checkpoints < 1 || checkpoints > CHECKPOINTS_MAX) {
      throw new IllegalArgumentException(
          "levelOneCheckpoints is %d: it must be 1 to %d".formatted(checkpoints, CHECKPOINTS_MAX));
    }
    return checkpoints;
  }
}
