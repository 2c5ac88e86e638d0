// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The expected work that an allocation of fixed length leaves in checkpoints, when failures are
 * exponential and work not in a checkpoint at its end is lost.
 *
 * <p><b>Formula.</b> {@code V(t)}, the work still to be stored with t left, just after a
 * checkpoint, for a rule whose next segment lasts {@code s} (work {@code s - C}, then the
 * checkpoint), and {@code Vr(t)}, the same at the begin of a restart, with {@code l = 1/M}:
 *
 * <pre>
 *  V(t)  = e^(-ls) (s - C + V(t-s)) + integral over x from 0 to s of  l e^(-lx) Vr(t-x-D) dx
 *  Vr(t) = e^(-lR) V(t-R)           + integral over x from 0 to R of  l e^(-lx) Vr(t-x-D) dx
 * </pre>
 *
 * and V = 0 where no checkpoint fits. {@link Rule#BEST} takes the greatest over s: dynamic
 * programming.
 *
 * <p><b>Method.</b> Both functions on an even grid, straight between its points; the integrals from
 * a running sum, so that a point costs a constant time per candidate s. With the points that are
 * taken, 2,000 or 20 for each segment of the optimum, the result is right to about 0.1 %; {@link
 * Rule#BEST} is for comparison, and takes 2,000. An allocation of more than 10,000 segments is as
 * good as endless, and taken so.
 *
 * <p><b>Limits.</b> At most 500 failures expected in the allocation; C, R, D as in {@link
 * SegmentModel}.
 *
 * <p><b>Source.</b> Barbut et al. 2023, see {@link WalltimePlan}.
 */
public final class AllocationModel {
  private static final int POINTS_MIN = 2000;
  private static final int POINTS_PER_SEGMENT = 20;

  /** With more segments than this an allocation is as good as endless. */
  private static final int SEGMENTS_MAX = 10_000;

  private static final double FAILURES_MAX = 500;

  /** How the next segment is chosen. */
  public enum Rule {
    /** The segment with the greatest expected value: dynamic programming. */
    BEST,
    /** {@link WalltimePlan#equalSplitSeconds}: what the policies do. */
    EQUAL_SPLIT,
    /** The optimum of an endless job, whatever is left; the tail is lost: no plan at all. */
    PERIODIC
  }

  private final Situation situation;
  private final double unit;
  private final double rate;
  private final Rule rule;
  private final double interval;
  private final int points;
  private final double[] value;
  private final double[] restartValue;

  /** {@code sum[i]} is the integral of {@code l e^(ly) Vr(y)} over y from 0 to point i. */
  private final double[] sum;

  private AllocationModel(double allocationSeconds, Situation situation, Rule rule) {
    this.situation = situation;
    this.rule = rule;
    double segments = allocationSeconds / periodSeconds(situation);
    this.points =
        rule == Rule.BEST
            ? POINTS_MIN
            : (int) Math.max(POINTS_MIN, Math.ceil(POINTS_PER_SEGMENT * segments));
    this.value = new double[points + 1];
    this.restartValue = new double[points + 1];
    this.sum = new double[points + 1];
    this.unit = allocationSeconds / points;
    this.rate = 1 / situation.mttfSeconds();
    this.interval =
        ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds());
  }

  /**
   * The expected work stored by the end of an allocation that begins without a restart.
   *
   * @param allocationSeconds A, finite, greater than 0
   * @param situation cost, failures, restart and downtime
   * @param rule how segments are chosen
   * @return seconds of work; 0 when no checkpoint fits
   * @throws IllegalArgumentException if the allocation is outside its range, or longer than 500 M
   */
  public static double storedWorkSeconds(double allocationSeconds, Situation situation, Rule rule) {
    return endless(allocationSeconds, situation, rule)
        ? allocationSeconds * steadyEfficiency(situation)
        : solve(allocationSeconds, situation, rule).last(false);
  }

  /**
   * The expected work stored by the end of an allocation that begins with a restart, as every one
   * but the first of a job does.
   *
   * @param allocationSeconds A, finite, greater than 0
   * @param situation cost, failures, restart and downtime
   * @param rule how segments are chosen
   * @return seconds of work; 0 when no restart and checkpoint fit
   * @throws IllegalArgumentException if the allocation is outside its range, or longer than 500 M
   */
  public static double storedWorkAfterRestartSeconds(
      double allocationSeconds, Situation situation, Rule rule) {
    return endless(allocationSeconds, situation, rule)
        ? Math.max(0, allocationSeconds - situation.restartSeconds()) * steadyEfficiency(situation)
        : solve(allocationSeconds, situation, rule).last(true);
  }

  private double last(boolean afterRestart) {
    return afterRestart ? restartValue[points] : value[points];
  }

  private static boolean endless(double allocationSeconds, Situation situation, Rule rule) {
    Check.positive("allocationSeconds", allocationSeconds);
    return rule != Rule.BEST && allocationSeconds > SEGMENTS_MAX * periodSeconds(situation);
  }

  private static double steadyEfficiency(Situation situation) {
    double interval = periodSeconds(situation) - situation.costSeconds();
    return 1 - SegmentModel.steadyWaste(interval, situation);
  }

  private static double periodSeconds(Situation situation) {
    double cost = situation.costSeconds();
    return ExactOptimum.workIntervalSeconds(cost, situation.mttfSeconds()) + cost;
  }

  private static AllocationModel solve(double allocationSeconds, Situation situation, Rule rule) {
    Check.positive("allocationSeconds", allocationSeconds);
    if (allocationSeconds / situation.mttfSeconds() > FAILURES_MAX) {
      throw new IllegalArgumentException(
          "an allocation of "
              + Durations.human(allocationSeconds)
              + " is more than 500 times the MTTF of "
              + Durations.human(situation.mttfSeconds())
              + ": plan for the MTTF instead");
    }
    AllocationModel model = new AllocationModel(allocationSeconds, situation, rule);
    for (int i = 1; i <= model.points; i++) {
      model.fill(i);
    }
    return model;
  }

  /** With D = 0 a point depends on the cell that ends in it, by a factor of l times the unit. */
  private void fill(int point) {
    double t = point * unit;
    value[point] = value[point - 1];
    restartValue[point] = restartValue[point - 1];
    for (int round = 0; round < 3; round++) {
      sum[point] = sum[point - 1] + cell(point);
      value[point] = bestOrRuled(point, t);
      restartValue[point] = afterRestart(t);
    }
    sum[point] = sum[point - 1] + cell(point);
  }

  /** Exact for the exponential times a straight line. */
  private double cell(int point) {
    double from = restartValue[point - 1];
    double to = restartValue[point];
    double x = rate * unit;
    // Integral of l e^(lz) (from + (to - from) z / u) over z from 0 to u, times e^(l begin).
    double flat = Math.expm1(x);
    double slope = x < 1e-5 ? x / 2 : (Math.exp(x) * (x - 1) + 1) / x;
    return Math.exp(rate * (point - 1) * unit) * (from * flat + (to - from) * slope);
  }

  private double bestOrRuled(int point, double t) {
    double cost = situation.costSeconds();
    if (t <= cost) {
      return 0;
    }
    return switch (rule) {
      case EQUAL_SPLIT -> ending(t, WalltimePlan.equalSplitSeconds(t, cost, interval) + cost);
      case PERIODIC -> interval + cost <= t ? ending(t, interval + cost) : 0;
      case BEST -> {
        double best = 0;
        for (int length = 1; length <= point; length++) {
          if (length * unit > cost) {
            best = Math.max(best, ending(t, length * unit));
          }
        }
        yield best;
      }
    };
  }

  /** The value of a segment of this length, checkpoint included, with t left. */
  private double ending(double t, double length) {
    double work = length - situation.costSeconds();
    return Math.exp(-rate * length) * (work + at(value, t - length)) + failing(t, length);
  }

  private double afterRestart(double t) {
    double restart = situation.restartSeconds();
    if (t <= restart) {
      return 0;
    }
    return Math.exp(-rate * restart) * at(value, t - restart) + failing(t, restart);
  }

  /** The value of what follows a failure in the next {@code length} seconds. */
  private double failing(double t, double length) {
    double end = t - situation.downtimeSeconds();
    double begin = Math.max(0, end - length);
    return end <= 0 ? 0 : Math.exp(-rate * end) * (at(sum, end) - at(sum, begin));
  }

  private double at(double[] function, double seconds) {
    double position = Math.clamp(seconds / unit, 0, points);
    int point = (int) Math.min(points - 1, position);
    double share = position - point;
    return function[point] + share * (function[point + 1] - function[point]);
  }
}
