// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Failures without warning and preemptions with notice, exactly, when both are exponential.
 *
 * <h2>Model</h2>
 *
 * <p>Failures come at rate {@code lf = 1/M}, preemptions at rate {@code lp}. At the notice of a
 * preemption the job takes a checkpoint ({@code Cp}); with probability q, that it fits into the
 * notice, nothing is lost; otherwise the preemption is a failure. Both cost D and R, during which
 * both may strike again. What strikes without effect comes at rate {@code g = q lp}, what destroys
 * work at the effective rate {@code a = lf + (1 - q) lp}. Every checkpoint, periodic or at a
 * notice, begins a new work interval. A notice during a periodic checkpoint is caught like any
 * other. Nothing else strikes between a notice and the end of the checkpoint it calls for.
 *
 * <p><b>Interval:</b> {@link ExactOptimum} for the MTTF {@code 1/a}, but at most the longest
 * interval allowed. When nearly every preemption is caught that interval becomes long, and
 * everything rests on notices to come as promised; the limit holds the damage when they do not.
 *
 * <p><b>Waste.</b> From one moment with nothing at stake to the next (a checkpoint done or a
 * restart), with {@code l = a + g}, {@code x = l w}, {@code c = l C}, {@code y = x + c}, the
 * expected times are
 *
 * <ul>
 *   <li>useful {@code (g (1 - e^(-x)) + a x e^(-y)) / l^2},
 *   <li>rework {@code a (1 - e^(-x) - x e^(-y)) / l^2},
 *   <li>checkpoint {@code e^(-x) (1 - e^(-c)) / l + (1 - e^(-y)) Cp g/l},
 *   <li>restart {@code (1 - e^(-y)) (e^(l R) - 1) / l},
 *   <li>down {@code D} times the expected interruptions {@code (1 - e^(-y)) e^(l R)}.
 * </ul>
 *
 * <p>Without notices ({@code g = 0}) they are {@link SegmentModel}'s, times {@code e^(-y)}. To
 * first order the overhead is {@code C/w + a w/2 + (lf + lp) (D + R) + g Cp}.
 *
 * <h2>Limits</h2>
 *
 * <p>The interval above is the optimum of this process to first order only: a caught preemption
 * serves as a checkpoint, and the exact optimum, where {@code x - 1 + e^(-y) = (g/a) (e^c - 1)}, is
 * a little longer. With C/M up to 0.05 and q up to 0.9 that costs at most 2.5 % of the overhead,
 * and the shorter one relies less on notices.
 *
 * <h2>Source</h2>
 *
 * <p>It follows from the model above, by renewal: the waste of one such stretch is that of all.
 *
 * @param situation cost, failures without warning, restart and downtime
 * @param preemptionMttfSeconds {@code 1/lp}, mean time between preemptions; finite, greater than 0
 * @param caughtProbability q, that the checkpoint at a notice is done in time, 0 to 1; {@link
 *     #estimateCaught} estimates it
 * @param noticeCostSeconds {@code Cp}, time of the checkpoint at a notice; finite, 0 or more
 * @param longestIntervalSeconds hard maximum of the work interval; greater than 0, Infinity for
 *     none
 */
public record PreemptionModel(
    Situation situation,
    double preemptionMttfSeconds,
    double caughtProbability,
    double noticeCostSeconds,
    double longestIntervalSeconds) {

  /** A reasonable maximum of the work interval where notices are relied on: one hour. */
  public static final double LONGEST_INTERVAL_SECONDS = 3600;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public PreemptionModel {
    Check.positive("preemptionMttfSeconds", preemptionMttfSeconds);
    Check.probability("caughtProbability", caughtProbability);
    Check.nonNegative("noticeCostSeconds", noticeCostSeconds);
    Check.positiveOrInfinite("longestIntervalSeconds", longestIntervalSeconds);
  }

  /**
   * The share of checkpoints that would have been done within a notice.
   *
   * @param noticeSeconds time from a notice to the end; finite, 0 or more
   * @param marginSeconds kept free for noticing and stopping; finite, 0 or more
   * @param costsSeconds costs of past checkpoints, at least one; the upper tail matters
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double estimateCaught(
      double noticeSeconds, double marginSeconds, double[] costsSeconds) {
    Check.nonNegative("noticeSeconds", noticeSeconds);
    Check.nonNegative("marginSeconds", marginSeconds);
    if (costsSeconds.length == 0) {
      throw new IllegalArgumentException("costsSeconds is empty: it must hold at least one cost");
    }
    int caught = 0;
    for (int i = 0; i < costsSeconds.length; i++) {
      double cost = Check.nonNegative("costsSeconds[" + i + "]", costsSeconds[i]);
      caught += cost + marginSeconds <= noticeSeconds ? 1 : 0;
    }
    return (double) caught / costsSeconds.length;
  }

  /** Mean time between events that destroy work, {@code 1 / (lf + (1 - q) lp)}. */
  public double effectiveMttfSeconds() {
    return 1 / (1 / situation.mttfSeconds() + (1 - caughtProbability) / preemptionMttfSeconds);
  }

  /** The work interval: exact for the effective MTTF, at most the longest allowed. */
  public double workIntervalSeconds() {
    return Math.min(
        ExactOptimum.workIntervalSeconds(situation.costSeconds(), effectiveMttfSeconds()),
        longestIntervalSeconds);
  }

  /**
   * Waste of an endless job.
   *
   * @param workIntervalSeconds w, greater than 0, Infinity for checkpoints at notices only
   * @return share of the time that is not useful work, 0 to 1
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public double steadyWaste(double workIntervalSeconds) {
    return steadyBreakdown(workIntervalSeconds).waste();
  }

  /**
   * Where the time of an endless job goes, from one moment with nothing at stake to the next.
   * Checkpoints include those at notices, and the failures the preemptions.
   *
   * @param workIntervalSeconds w, greater than 0, Infinity for checkpoints at notices only
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public Breakdown steadyBreakdown(double workIntervalSeconds) {
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    double mttf = 1 / (1 / situation.mttfSeconds() + 1 / preemptionMttfSeconds);
    double caught = caughtProbability * (mttf / preemptionMttfSeconds);
    double missed = mttf / effectiveMttfSeconds();
    double x = workIntervalSeconds / mttf;
    double c = situation.costSeconds() / mttf;
    double survived = Math.exp(-x);
    double interrupted = -Math.expm1(-(x + c));
    double struckInCheckpoint = -Math.expm1(-c);
    // Where x exceeds the exponent, x e^-x is 0 to any digit, and Infinity times 0 is not.
    boolean never = x > SegmentModel.EXPONENT_MAX;
    double completed = never ? 0 : x * survived * Math.exp(-c);
    double lost = never ? 1 : survived * (Exponentials.expm1MinusX(x) + x * struckInCheckpoint);
    double checkpoint =
        mttf * survived * struckInCheckpoint + interrupted * caught * noticeCostSeconds;
    double useful = mttf * (caught * -Math.expm1(-x) + missed * completed);
    double restart = situation.restartSeconds() / mttf;
    if (restart > SegmentModel.EXPONENT_MAX) {
      return SegmentModel.unbounded(useful, checkpoint, situation);
    }
    double interruptions = interrupted * Math.exp(restart);
    return new Breakdown(
        useful,
        mttf * missed * lost,
        checkpoint,
        interrupted * Math.expm1(restart) * mttf,
        situation.downtimeSeconds() * interruptions,
        interruptions);
  }

  /**
   * First-order overhead {@code C/w + a w/2 + (lf + lp) (D + R) + q lp Cp}.
   *
   * @param workIntervalSeconds w, finite, greater than 0
   * @return seconds lost per second of useful work
   * @throws IllegalArgumentException if the interval is outside its range
   */
  public double firstOrderOverhead(double workIntervalSeconds) {
    double w = Check.positive("workIntervalSeconds", workIntervalSeconds);
    double recovery = situation.downtimeSeconds() + situation.restartSeconds();
    return situation.costSeconds() / w
        + w / effectiveMttfSeconds() / 2
        + recovery / situation.mttfSeconds()
        + (recovery + caughtProbability * noticeCostSeconds) / preemptionMttfSeconds;
  }
}
