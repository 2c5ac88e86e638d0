// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * What checkpointing at a given work interval costs, exactly, when failures are exponential.
 *
 * <h2>Model</h2>
 *
 * <p>Failures come at rate {@code l = 1/M} during work, checkpoints and restarts, never during
 * downtime. After a failure the job is down for D, then restarts for R (a failure there means D and
 * R again), then works again from the last completed checkpoint. A checkpoint that a failure
 * interrupts is void. The first start needs no restart; a failure before the first checkpoint costs
 * D and R like any other.
 *
 * <p>A segment is work {@code w} followed by a checkpoint {@code C}; let {@code L = w + C}. Its
 * expected time is {@code (M + D) e^(lR) (e^(lL) - 1)}, and it is the sum of
 *
 * <ul>
 *   <li>useful work {@code w},
 *   <li>rework {@code M (e^(lL) - e^(lC)) - w},
 *   <li>checkpoint {@code M (e^(lC) - 1)},
 *   <li>restart {@code M (e^(lL) - 1) (e^(lR) - 1)},
 *   <li>down {@code D} times the expected failures {@code e^(lR) (e^(lL) - 1)}.
 * </ul>
 *
 * <p>The variance is that of a geometric number N of failed attempts, {@code P(success) = e^(-lL)},
 * each losing {@code Y + Q}: {@code E[N] Var(Y + Q) + Var(N) E[Y + Q]^2}. Y is the exponential
 * truncated to [0, L]; {@code Q = D + sum(Y_R + D) + R} sums over a geometric number of failed
 * restarts, {@code P(success) = e^(-lR)}, with Y_R the exponential truncated to [0, R].
 *
 * <p>A finite job is a sum of independent segments of which the last has no checkpoint.
 *
 * <h2>Limits</h2>
 *
 * <p>Checkpoints block the job for the same C each time; a job that never ages. The results hold
 * for every C/M, but where {@code (w + C + R) / M > 700} the expectation exceeds a double, and the
 * makespan, its deviation and the number of failures are Infinity and the waste is 1, never NaN.
 *
 * <h2>Source</h2>
 *
 * <p>Daly 2006 (see {@link Daly}), equation 20, for {@code D = 0}; M. Bougeret, H. Casanova, M.
 * Rabie, Y. Robert, F. Vivien, "Checkpointing strategies for parallel jobs", SC 2011,
 * doi:10.1145/2063384.2063428, with downtime. Breakdown and variance follow from the model above.
 */
public final class SegmentModel {
  /** Largest exponent used: e^700 times any sensible number of seconds is still a double. */
  static final double EXPONENT_MAX = 700;

  private SegmentModel() {}

  /**
   * Expected time of a finite job, and where it goes.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @param situation cost, failures, restart and downtime
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Breakdown breakdown(
      double workSeconds, double workIntervalSeconds, Situation situation) {
    return breakdown(segmentation(workSeconds, workIntervalSeconds), situation);
  }

  /**
   * Expected time of a finite job from its first start to its end, in seconds.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @param situation cost, failures, restart and downtime
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double makespanSeconds(
      double workSeconds, double workIntervalSeconds, Situation situation) {
    return breakdown(workSeconds, workIntervalSeconds, situation).makespanSeconds();
  }

  /**
   * Standard deviation of the time of a finite job, in seconds.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @param situation cost, failures, restart and downtime
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double standardDeviationSeconds(
      double workSeconds, double workIntervalSeconds, Situation situation) {
    return standardDeviationSeconds(segmentation(workSeconds, workIntervalSeconds), situation);
  }

  /**
   * Waste of an endless job, every segment of which ends in a checkpoint: {@code 1 - w / E(w)}.
   *
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @param situation cost, failures, restart and downtime
   * @return share of the time that is not useful work, 0 to 1
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public static double steadyWaste(double workIntervalSeconds, Situation situation) {
    return steadyBreakdown(workIntervalSeconds, situation).waste();
  }

  /**
   * Where the time of an endless job goes: one segment, work and the checkpoint that ends it. Times
   * per second of useful work are these divided by the useful work.
   *
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @param situation cost, failures, restart and downtime
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public static Breakdown steadyBreakdown(double workIntervalSeconds, Situation situation) {
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    return segment(workIntervalSeconds, situation.costSeconds(), situation);
  }

  static Breakdown breakdown(Segmentation job, Situation situation) {
    Breakdown last = segment(job.lastWorkSeconds(), 0, situation);
    if (job.segments() == 1) {
      return last;
    }
    return segment(job.segmentWorkSeconds(), situation.costSeconds(), situation)
        .times(job.segments() - 1)
        .plus(last);
  }

  static double standardDeviationSeconds(Segmentation job, Situation situation) {
    double last = segmentDeviationSeconds(job.lastWorkSeconds(), situation);
    if (job.segments() == 1) {
      return last;
    }
    double one =
        segmentDeviationSeconds(job.segmentWorkSeconds() + situation.costSeconds(), situation);
    return Math.hypot(Math.sqrt((double) (job.segments() - 1)) * one, last);
  }

  private static Segmentation segmentation(double workSeconds, double workIntervalSeconds) {
    Check.positive("workSeconds", workSeconds);
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    return Segmentation.atInterval(workSeconds, workIntervalSeconds);
  }

  private static Breakdown segment(double work, double cost, Situation situation) {
    double mttf = situation.mttfSeconds();
    double exposed = (work + cost) / mttf;
    double restart = situation.restartSeconds() / mttf;
    double checkpointSeconds = mttf * Math.expm1(cost / mttf);
    if (exposed + restart > EXPONENT_MAX) {
      return unbounded(work, checkpointSeconds, situation);
    }
    double failures = Math.exp(restart) * Math.expm1(exposed);
    // M (e^(lL) - e^(lC)) - w, rearranged so that nothing cancels when w << M.
    double reworkSeconds =
        mttf * (Math.exp(cost / mttf) * Exponentials.expm1MinusX(work / mttf))
            + work * Math.expm1(cost / mttf);
    return new Breakdown(
        work,
        reworkSeconds,
        checkpointSeconds,
        Math.expm1(exposed) * Math.expm1(restart) * mttf,
        situation.downtimeSeconds() * failures,
        failures);
  }

  static Breakdown unbounded(double work, double checkpointSeconds, Situation situation) {
    double infinite = Double.POSITIVE_INFINITY;
    return new Breakdown(
        work,
        infinite,
        checkpointSeconds,
        situation.restartSeconds() > 0 ? infinite : 0,
        situation.downtimeSeconds() > 0 ? infinite : 0,
        infinite);
  }

  /** Deviations are combined by hypot: their squares would leave a double long before they do. */
  private static double segmentDeviationSeconds(double exposedSeconds, Situation situation) {
    double mttf = situation.mttfSeconds();
    double exposed = exposedSeconds / mttf;
    double restart = situation.restartSeconds() / mttf;
    if (exposed + restart > EXPONENT_MAX) {
      return Double.POSITIVE_INFINITY;
    }
    double meanRecovery =
        situation.downtimeSeconds() * Math.exp(restart) + mttf * Math.expm1(restart);
    double failedRestart = mttf * Exponentials.truncatedMean(restart) + situation.downtimeSeconds();
    double recoveryDeviation =
        geometricSumDeviation(
            restart, failedRestart, mttf * Exponentials.truncatedDeviation(restart));
    double loss = mttf * Exponentials.truncatedMean(exposed) + meanRecovery;
    double lossDeviation =
        Math.hypot(mttf * Exponentials.truncatedDeviation(exposed), recoveryDeviation);
    return geometricSumDeviation(exposed, loss, lossDeviation);
  }

  /** Deviation of the sum of N independent terms, N geometric with P(N = 0) = e^(-exponent). */
  static double geometricSumDeviation(double exponent, double mean, double deviation) {
    return Math.sqrt(Math.expm1(exponent)) * Math.hypot(deviation, Math.exp(exponent / 2) * mean);
  }
}
