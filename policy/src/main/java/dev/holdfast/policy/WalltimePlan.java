// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Checkpoints in an allocation that ends at a known moment, at which all work since the last
 * checkpoint is lost.
 *
 * <p><b>Goal.</b> The expected work that is in a checkpoint at the end. Where failures are
 * memoryless, what follows the first failure does not depend on the checkpoints planned after it,
 * so the best plan is the one with the greatest
 *
 * <pre>  sum over checkpoints i of  (work before i) e^(-(end of i)/M)</pre>
 *
 * <p>and it is made anew after every checkpoint and every restart. R and D do not matter.
 *
 * <p><b>Short steps.</b> Segments of equal length, as many as come nearest to the optimum of an
 * endless job, {@code k = max(1, round(t / (w + C)))}: the last checkpoint ends with the allocation
 * and no tail is thrown away. In expected work this is within 0.1 % of dynamic programming over all
 * plans (see {@link AllocationModel}), where checkpoints at every {@code w} lose up to a fifth.
 *
 * <p><b>Long steps.</b> A checkpoint can only follow a whole step. The greatest sum over all ways
 * of cutting the steps that fit is found by dynamic programming over the number of steps left; the
 * step counts are whole, so nothing is lost to rounding.
 *
 * <p><b>Deadline.</b> The last checkpoint is planned to take the reserve instead of its mean, and
 * the steps before it one high step more than their mean: see {@link #usableSeconds(JobState)}.
 *
 * <p><b>Source.</b> Q. Barbut, A. Benoit, T. Herault, Y. Robert, F. Vivien, "When to checkpoint at
 * the end of a fixed-length reservation?", FTXS 2023, has the problem; the sum and both rules
 * follow from the model of {@link SegmentModel}.
 */
public final class WalltimePlan {
  /**
   * Above this many steps, cutting at whole steps changes the sum by less than the plan's error.
   */
  private static final int STEPS_MAX = 200;

  /** With fewer samples their largest is likely to be exceeded soon. */
  private static final long SAMPLES_MIN = 20;

  private WalltimePlan() {}

  /**
   * The work until the next checkpoint when steps are short: the equal split.
   *
   * @param leftSeconds t, time until the last checkpoint must have ended; 0 or more
   * @param costSeconds C, finite, greater than 0
   * @param workIntervalSeconds w, the interval of an endless job; greater than 0
   * @return seconds of work; 0 when not even a checkpoint fits
   */
  public static double equalSplitSeconds(
      double leftSeconds, double costSeconds, double workIntervalSeconds) {
    Check.nonNegative("leftSeconds", leftSeconds);
    Check.positive("costSeconds", costSeconds);
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    double segments = Math.max(1, Math.rint(leftSeconds / (workIntervalSeconds + costSeconds)));
    return Math.max(0, leftSeconds / segments - costSeconds);
  }

  /**
   * The number of whole steps until the next checkpoint.
   *
   * @param leftSeconds t, time until the last checkpoint must have ended; finite, 0 or more
   * @param stepSeconds time of one step, finite, greater than 0
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @return 0 when no step and checkpoint fit
   */
  public static long steps(
      double leftSeconds, double stepSeconds, double costSeconds, double mttfSeconds) {
    Check.nonNegative("leftSeconds", leftSeconds);
    Check.positive("stepSeconds", stepSeconds);
    Check.positive("costSeconds", costSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    double fitting = wholeSteps(leftSeconds - costSeconds, stepSeconds);
    if (fitting < 1) {
      return 0;
    }
    if (fitting > STEPS_MAX) {
      double interval = ExactOptimum.workIntervalSeconds(costSeconds, mttfSeconds);
      double work = equalSplitSeconds(leftSeconds, costSeconds, interval);
      return Math.max(1, (long) wholeSteps(work, stepSeconds));
    }
    return bestCut((int) fitting, leftSeconds, stepSeconds, costSeconds, mttfSeconds);
  }

  /** How many steps fit; a quotient a rounding error below a whole number is that number. */
  private static double wholeSteps(double seconds, double stepSeconds) {
    return Math.floor(seconds / stepSeconds * (1 + 1e-12));
  }

  /**
   * Dynamic programming over (steps done, checkpoints made), which together say how late it is.
   * {@code best[n]} is the greatest sum to come, seen from the end of a checkpoint after n steps.
   */
  private static long bestCut(int fitting, double left, double step, double cost, double mttf) {
    double[] survival = new double[fitting + 1]; // of a segment of so many steps
    for (int steps = 1; steps <= fitting; steps++) {
      survival[steps] = Math.exp(-(steps * step + cost) / mttf);
    }
    double[] later = new double[fitting + 1]; // after one checkpoint more; all 0 after the last
    double[] best = new double[fitting + 1];
    int first = 0;
    int checkpointsMax = (int) Math.min(fitting, left / (step + cost) * (1 + 1e-12));
    for (int made = checkpointsMax - 1; made >= 0; made--) {
      for (int done = fitting; done >= made; done--) {
        double room = left - done * step - (made + 1) * cost;
        int most = (int) Math.min(fitting - done, Math.max(0, wholeSteps(room, step)));
        best[done] = 0;
        int choice = 0;
        for (int steps = 1; steps <= most; steps++) {
          double sum = survival[steps] * (steps * step + later[done + steps]);
          if (sum > best[done]) {
            best[done] = sum;
            choice = steps;
          }
        }
        if (made == 0 && done == 0) {
          first = choice;
        }
      }
      double[] swap = later;
      later = best;
      best = swap;
    }
    // Failures so frequent that every sum underflows: whatever is done first is worth the most.
    return Math.max(1, first);
  }

  /**
   * The work until the next checkpoint of a job in its allocation.
   *
   * @param now the job; its allocation ends
   * @param mttfSeconds M to plan with
   * @return seconds of work; 0 when a checkpoint should begin at once
   */
  static double workSeconds(JobState now, double mttfSeconds) {
    double cost = now.situation().costSeconds();
    double usable = usableSeconds(now);
    double step = now.step().meanSeconds();
    if (step > 0) {
      return steps(usable, step, cost, mttfSeconds) * step;
    }
    double interval = ExactOptimum.workIntervalSeconds(cost, mttfSeconds);
    return equalSplitSeconds(usable, cost, interval);
  }

  /**
   * The time to keep free for the last checkpoint: what only one in a thousand takes longer than,
   * and twice that while too few are measured to know it.
   *
   * @param highSeconds 99.9 % quantile of the time from the begin of a checkpoint until it is
   *     durable
   * @param samples checkpoints it was measured on
   */
  public static double reserveSeconds(double highSeconds, long samples) {
    Check.nonNegative("highSeconds", highSeconds);
    return samples < SAMPLES_MIN ? 2 * highSeconds : highSeconds;
  }

  /**
   * The time that a plan may fill: what is left, less what the last checkpoint may take beyond its
   * mean, less what the step before it may take beyond its mean.
   */
  public static double usableSeconds(JobState now) {
    double slowCheckpoint =
        Math.max(0, now.allocation().reserveSeconds() - now.situation().costSeconds());
    double slowStep = Math.max(0, now.step().highSeconds() - now.step().meanSeconds());
    return Math.max(0, now.allocation().leftSeconds() - slowCheckpoint - slowStep);
  }
}
