// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Full checkpoints with m incremental ones between two of them, exactly, when failures are
 * exponential.
 *
 * <h2>Model</h2>
 *
 * <p>A cycle is {@code m + 1} segments of work w. The first m end in an incremental checkpoint of
 * cost {@code Ci}, the last in a full one of cost {@code Cf}. Restoring needs the full checkpoint
 * and the j incrementals since: {@code Rj = Rf + j Ri}. Everything else is as in {@link
 * SegmentModel}; after a restart the cycle goes on where it was.
 *
 * <p><b>Expected time of a cycle,</b> with {@code l = 1/M}: the sum over {@code j = 0..m} of {@code
 * (M + D) e^(l Rj) (e^(l (w + c_j)) - 1)}, where {@code c_j = Ci} for {@code j < m} and {@code c_m
 * = Cf}.
 *
 * <p><b>Optimum.</b> In that sum w occurs only as {@code A e^(lw) - B}, with {@code B = sum e^(l
 * Rj)} and {@code A = sum e^(l (Rj + c_j))}. A cycle therefore costs what {@code m + 1} segments
 * cost that all have {@code C = M ln(A/B)} and {@code e^(lR) = B/(m + 1)}, and for given m the best
 * w is {@link ExactOptimum} of that C. The best m is found by search, since the least waste falls
 * and then rises with m.
 *
 * <p><b>First order.</b> With the mean cost {@code C(m) = (Cf + m Ci)/(m + 1)}: {@code w = sqrt(2 M
 * C(m))} and the overhead, per second of useful work, {@code H(m) = sqrt(2 C(m)/M) + (D + Rf + m
 * Ri/2)/M}.
 *
 * <h2>Limits</h2>
 *
 * <p>Each incremental costs the same, to write and to restore, however many preceded it. Where
 * {@code Ri = 0} nothing speaks against another incremental, and m is what the caller allows.
 *
 * <h2>Source</h2>
 *
 * <p>The idea of choosing m is that of N. Naksinehaboon et al., CCGrid 2008, for general failure
 * laws; the formulas here follow from the model above.
 *
 * @param full cost {@code Cf} and restart {@code Rf} of full checkpoints, failures and downtime
 * @param incrementalCostSeconds {@code Ci}, finite, greater than 0
 * @param incrementalRestartSeconds {@code Ri}, added to a restart by each incremental; finite, 0 or
 *     more
 */
public record IncrementalModel(
    Situation full, double incrementalCostSeconds, double incrementalRestartSeconds) {

  /** Largest number of incrementals considered. */
  public static final int INCREMENTALS_MAX = 1_000_000;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public IncrementalModel {
    Check.positive("incrementalCostSeconds", incrementalCostSeconds);
    Check.nonNegative("incrementalRestartSeconds", incrementalRestartSeconds);
  }

  /**
   * How to checkpoint.
   *
   * @param incrementals m, incremental checkpoints between two full ones; 0 means full ones only
   * @param workIntervalSeconds w, work between two checkpoints of any kind
   * @param waste expected share of the time of an endless job that is not useful work, 0 to 1
   */
  public record Plan(int incrementals, double workIntervalSeconds, double waste) {}

  /**
   * The best m and w.
   *
   * @param incrementalsMax largest m allowed, 0 to {@link #INCREMENTALS_MAX}
   * @throws IllegalArgumentException if the limit is outside its range
   */
  public Plan optimum(int incrementalsMax) {
    return plan((int) Search.leastOf(0, checked(incrementalsMax), m -> leastOverhead((int) m)));
  }

  /**
   * The best w for a given m, and what it then wastes.
   *
   * @param incrementals m, 0 to {@link #INCREMENTALS_MAX}
   * @throws IllegalArgumentException if m is outside its range
   */
  public Plan plan(int incrementals) {
    Situation equivalent = equivalent(incrementals);
    double w = bestInterval(equivalent);
    return new Plan(incrementals, w, SegmentModel.steadyWaste(w, equivalent));
  }

  /**
   * Orders as the waste does. Rf and D multiply the time by the same factor whatever m is; without
   * them the small differences between neighbouring m keep their digits.
   */
  private double leastOverhead(int incrementals) {
    Situation s = equivalent(incrementals);
    double restart = chainRestartSeconds(incrementals);
    Situation bare = new Situation(s.costSeconds(), s.mttfSeconds(), restart, 0);
    return SegmentModel.steadyBreakdown(bestInterval(bare), bare).overhead();
  }

  private static double bestInterval(Situation situation) {
    return ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds());
  }

  /**
   * Waste of an endless job.
   *
   * @param incrementals m, 0 to {@link #INCREMENTALS_MAX}
   * @param workIntervalSeconds w, greater than 0, Infinity for never
   * @return share of the time that is not useful work, 0 to 1
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public double steadyWaste(int incrementals, double workIntervalSeconds) {
    return SegmentModel.steadyWaste(workIntervalSeconds, equivalent(incrementals));
  }

  /**
   * Where the time of an endless job goes, over one cycle of {@code m + 1} segments.
   *
   * @param incrementals m, 0 to {@link #INCREMENTALS_MAX}
   * @param workIntervalSeconds w, greater than 0, Infinity for never
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public Breakdown steadyBreakdown(int incrementals, double workIntervalSeconds) {
    Breakdown cycle =
        SegmentModel.steadyBreakdown(
            workIntervalSeconds, segment(checked(incrementals), full.costSeconds()));
    for (int j = 0; j < incrementals; j++) {
      cycle =
          cycle.plus(
              SegmentModel.steadyBreakdown(
                  workIntervalSeconds, segment(j, incrementalCostSeconds)));
    }
    return cycle;
  }

  private Situation segment(int incrementalsBefore, double costSeconds) {
    return new Situation(
        costSeconds,
        full.mttfSeconds(),
        full.restartSeconds() + incrementalsBefore * incrementalRestartSeconds,
        full.downtimeSeconds());
  }

  /**
   * First-order overhead {@code H(m)} at its best w: seconds lost per second of useful work.
   *
   * @param incrementals m, 0 to {@link #INCREMENTALS_MAX}
   * @throws IllegalArgumentException if m is outside its range
   */
  public double firstOrderOverhead(int incrementals) {
    double recovery =
        full.downtimeSeconds()
            + full.restartSeconds()
            + checked(incrementals) * incrementalRestartSeconds / 2;
    double mttf = full.mttfSeconds();
    return Math.sqrt(2 * meanCost(incrementals) / mttf) + recovery / mttf;
  }

  /**
   * First-order work interval {@code sqrt(2 M C(m))}.
   *
   * @param incrementals m, 0 to {@link #INCREMENTALS_MAX}
   * @throws IllegalArgumentException if m is outside its range
   */
  public double firstOrderWorkIntervalSeconds(int incrementals) {
    return Young.workIntervalSeconds(meanCost(checked(incrementals)), full.mttfSeconds());
  }

  /**
   * The m of least first-order overhead.
   *
   * @param incrementalsMax largest m allowed, 0 to {@link #INCREMENTALS_MAX}
   * @throws IllegalArgumentException if the limit is outside its range
   */
  public int firstOrderIncrementals(int incrementalsMax) {
    return (int) Search.leastOf(0, checked(incrementalsMax), m -> firstOrderOverhead((int) m));
  }

  private double meanCost(int incrementals) {
    double segments = incrementals + 1.0;
    return full.costSeconds() / segments + incrementalCostSeconds * (incrementals / segments);
  }

  /** The situation without incrementals whose segments cost, on average, what these do. */
  private Situation equivalent(int incrementals) {
    return new Situation(
        effectiveCostSeconds(checked(incrementals)),
        full.mttfSeconds(),
        full.restartSeconds() + chainRestartSeconds(incrementals),
        full.downtimeSeconds());
  }

  /** {@code M ln(B/(m + 1)) - Rf}: what the incrementals add to a restart, averaged. */
  private double chainRestartSeconds(int incrementals) {
    double mttf = full.mttfSeconds();
    double half = incrementalRestartSeconds / mttf / 2;
    double spread =
        Exponentials.logSinhRatio(half * (incrementals + 1.0)) - Exponentials.logSinhRatio(half);
    return incrementals * incrementalRestartSeconds / 2 + mttf * spread;
  }

  /** {@code M ln(A/B)}: a mean of the costs, weighted by the restart each of them leads to. */
  private double effectiveCostSeconds(int incrementals) {
    double mttf = full.mttfSeconds();
    double fullExponent = full.costSeconds() / mttf;
    double exponent = incrementalCostSeconds / mttf;
    double step = incrementalRestartSeconds / mttf;
    double segments = incrementals + 1.0;
    boolean equalWeights = step * segments < 1e-16;
    double all = Math.expm1(-step * segments);
    double fullShare = equalWeights ? 1 / segments : Math.expm1(-step) / all;
    double share =
        equalWeights
            ? incrementals / segments
            : Math.exp(-step) * Math.expm1(-step * incrementals) / all;
    if (Math.max(fullExponent, exponent) < SegmentModel.EXPONENT_MAX) {
      return mttf * Math.log1p(fullShare * Math.expm1(fullExponent) + share * Math.expm1(exponent));
    }
    double ofFull = fullExponent + Math.log(fullShare);
    double ofIncrementals = exponent + Math.log(share);
    double larger = Math.max(ofFull, ofIncrementals);
    return mttf
        * (larger + Math.log(Math.exp(ofFull - larger) + Math.exp(ofIncrementals - larger)));
  }

  private static int checked(int incrementals) {
    if (incrementals < 0 || incrementals > INCREMENTALS_MAX) {
      throw new IllegalArgumentException(
          "incrementals is %d: it must be 0 to %d".formatted(incrementals, INCREMENTALS_MAX));
    }
    return incrementals;
  }
}
