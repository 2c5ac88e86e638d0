// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The work interval that minimises the expected time under exponential failures, without
 * approximation.
 *
 * <p><b>Formula.</b> Minimising {@link SegmentModel}'s expected segment time per unit of work gives
 * {@code e^((w+C)/M) (1 - w/M) = 1}, that is {@code w = M (1 + W0(-e^(-C/M - 1)))} with Lambert's
 * W. R and D cancel: the optimum does not depend on them. It is always below M, tends to M as C
 * grows and to {@code sqrt(2 C M)} as C/M vanishes.
 *
 * <p><b>Finite job.</b> The exposed lengths (work plus checkpoint) of all segments are then equal,
 * {@code L = (W - C)/K + C}; the last segment has no checkpoint and does L of work, the others L -
 * C. The expected time is convex in K, so the best K is {@code (W - C)/w} rounded down or up, and
 * at least 1, which means not to checkpoint at all.
 *
 * <p><b>Method.</b> With {@code y = (w + C)/M} the equation reads {@code y + e^(-y) - 1 = C/M}. The
 * left side is increasing and convex, so Newton's iteration from the right of the root, where its
 * first step from anywhere leads, descends to it from any input: no bracket, no tolerance and no
 * failure to report, which a general solver with its absolute tolerance would bring along. It
 * begins with the series of y in {@code sqrt(2C/M)} (that of Stirling's formula) and stops when
 * rounding stops it, mostly after two steps. The left side is evaluated without cancellation and
 * {@code w = M (1 - e^(-y))}, which keeps the relative error near 1e-15 for every C/M; evaluating
 * W0 near its branch point -1/e would lose half of the digits.
 *
 * <p><b>Assumptions, limits.</b> Those of {@link SegmentModel}.
 *
 * <p><b>Source.</b> N. H. Vaidya, "Impact of checkpoint latency on overhead ratio of a
 * checkpointing scheme", IEEE Transactions on Computers 46(8):942-947, 1997, doi:10.1109/12.609281,
 * has the equation; Bougeret et al. 2011 (see {@link SegmentModel}) the closed form and the finite
 * job with all checkpoints taken.
 */
public final class ExactOptimum {
  private ExactOptimum() {}

  /**
   * The optimal work interval of an endless job.
   *
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @return seconds of work between two checkpoints, below M (or M to the last digit)
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double workIntervalSeconds(double costSeconds, double mttfSeconds) {
    Check.positive("costSeconds", costSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    double ratio = costSeconds / mttfSeconds;
    double y = begin(ratio);
    for (double next = newton(y, ratio); next < y; next = newton(y, ratio)) {
      y = next;
    }
    return -Math.expm1(-y) * mttfSeconds;
  }

  /**
   * Whether the optimal work interval of an endless job lies between two others, both excluded.
   *
   * <p>With {@code s = sqrt(2C/M)} the equation of {@code w/M} has the solution {@code s - s^2/3 +
   * s^3/36 + s^4/270 - ...}, which for {@code s <= 1} lies between {@code s - s^2/3} and that plus
   * {@code s^3/30}: mostly a square root tells.
   *
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @throws IllegalArgumentException if one of these two is outside its range
   */
  static boolean liesBetween(double above, double below, double costSeconds, double mttfSeconds) {
    double s = Math.sqrt(2 * costSeconds / mttfSeconds);
    if (s <= 1) {
      double least = mttfSeconds * (s - s * s / 3);
      double most = least + mttfSeconds * s * s * s / 30;
      if (least > above && most < below) {
        return true;
      }
      if (most <= above || least >= below) {
        return false;
      }
    }
    double optimum = workIntervalSeconds(costSeconds, mttfSeconds);
    return optimum > above && optimum < below;
  }

  /** Right of the root, or on it. */
  private static double begin(double ratio) {
    double s = Math.sqrt(2 * ratio);
    if (s > 1) {
      return ratio + 1;
    }
    double near = s * (1 + s * (1.0 / 6 + s * (1.0 / 36 + s * (1.0 / 270 + s / 4320))));
    return s == 0 ? 0 : newton(near, ratio);
  }

  private static double newton(double y, double ratio) {
    return y - (Exponentials.expm1MinusX(-y) - ratio) / -Math.expm1(-y);
  }

  /**
   * The optimal number of segments of a finite job; one fewer is the number of checkpoints.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param situation cost and failures; restart and downtime do not matter here
   * @return at least 1; 1 means not to checkpoint
   * @throws IllegalArgumentException if the work is outside its range
   */
  public static long segments(double workSeconds, Situation situation) {
    Check.positive("workSeconds", workSeconds);
    double cost = situation.costSeconds();
    double mttf = situation.mttfSeconds();
    double ideal = (workSeconds - cost) / workIntervalSeconds(cost, mttf);
    if (!(ideal > 1)) {
      return 1;
    }
    long fewer = (long) ideal;
    long more = (long) Math.ceil(ideal);
    return relativeTime(more, workSeconds, situation) < relativeTime(fewer, workSeconds, situation)
        ? more
        : fewer;
  }

  /** Expected time but for the factor {@code (M + D) e^(lR)}, which does not depend on K. */
  private static double relativeTime(long segments, double workSeconds, Situation situation) {
    Segmentation job = Segmentation.equallyExposed(workSeconds, segments, situation.costSeconds());
    double exposed =
        segments == 1 ? workSeconds : job.segmentWorkSeconds() + situation.costSeconds();
    return segments * Math.expm1(exposed / situation.mttfSeconds());
  }

  /**
   * The best a finite job can do, and what it then costs.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param situation cost, failures, restart and downtime
   * @throws IllegalArgumentException if the work is outside its range
   */
  public static Optimum forJob(double workSeconds, Situation situation) {
    Segmentation job =
        Segmentation.equallyExposed(
            workSeconds, segments(workSeconds, situation), situation.costSeconds());
    return new Optimum(
        workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds()),
        job.segments(),
        job.segmentWorkSeconds(),
        SegmentModel.standardDeviationSeconds(job, situation),
        SegmentModel.breakdown(job, situation));
  }
}
