// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Checkpoints that are written while the job goes on, exactly, when failures are exponential.
 *
 * <h2>Model</h2>
 *
 * <p>A checkpoint holds the state of the moment it was started and is usable L (the latency) later.
 * Meanwhile the job works at the rate {@code omega = 1 - C/L}: the checkpoint delays it by C (the
 * overhead), {@code 0 < C <= L}. {@code L = C} is the blocking checkpoint of {@link SegmentModel}.
 * Checkpoints are started w of useful work apart, and only one is in flight at a time: {@code w >=
 * L - C}, the work done during a flight. A failure falls back to the newest usable checkpoint, and
 * voids the one in flight. Failures, downtime and restarts are those of {@link SegmentModel}.
 *
 * <p><b>Formula.</b> From one checkpoint becoming usable to the next takes {@code A = w + C}
 * without failure; after a failure the work done during the flight must be done again too, which
 * takes {@code B = R + w + L}. With {@code l = 1/M} the expected time is {@code (M + D) e^(l(B-A))
 * (e^(lA) - 1) = (M + D) e^(l(R + L - C)) (e^(l(w + C)) - 1)}, and it is the sum of
 *
 * <ul>
 *   <li>useful work {@code w},
 *   <li>checkpoint {@code (C/L) M (e^(lL) - 1)}: the share of flights that delayed the job,
 *   <li>rework {@code M (e^(lL) (e^(lw) - 1) + omega (e^(lL) - 1) - (e^(l(L - C)) - 1)) - w},
 *   <li>restart {@code M (e^(lR) - 1) e^(l(L - C)) (e^(lA) - 1)},
 *   <li>down {@code D} times the expected failures {@code e^(l(B-A)) (e^(lA) - 1)}.
 * </ul>
 *
 * <p><b>Optimum.</b> The one of {@link ExactOptimum} for the overhead C, whatever L, R and D, but
 * never below {@code L - C}.
 *
 * <p><b>Finite job.</b> A checkpoint that would not be usable before the end is not started. The
 * first checkpoint is usable after {@code w + L} (a failure before it costs {@code R + w + L}), the
 * others as above; after the last one the work {@code v >= L - C} since its start remains, of which
 * the flight has done {@code L - C}: {@code A = v - (L - C)}, {@code B = R + v}. All A but the
 * first equal is best, which makes {@code w = (W - L)/K} and the last segment L longer; K is {@code
 * (W - L)} over the optimum of an endless job, rounded down or up. Where {@code w >= L - C} binds,
 * the last segment is shorter.
 *
 * <h2>Limits</h2>
 *
 * <p>Overflow is treated as in {@link SegmentModel}: Infinity and a waste of 1, never NaN. Restart
 * and downtime are the same however far the flight had come.
 *
 * <h2>Source</h2>
 *
 * <p>Vaidya 1997 (see {@link ExactOptimum}) for the expected time; the breakdown, the deviation and
 * the finite job follow from the model above.
 *
 * @param situation its {@code costSeconds} is the overhead C
 * @param latencySeconds L, from the start of a checkpoint until it is usable; finite, at least C
 */
public record AsynchronousModel(Situation situation, double latencySeconds) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the latency is not finite or less than the overhead
   */
  public AsynchronousModel {
    Check.atLeast("latencySeconds", latencySeconds, "costSeconds", situation.costSeconds());
  }

  /** Work done during a flight, {@code L - C}: no work interval can be shorter. */
  public double leastWorkIntervalSeconds() {
    return latencySeconds - situation.costSeconds();
  }

  /** The optimal work interval of an endless job, at least {@link #leastWorkIntervalSeconds}. */
  public double workIntervalSeconds() {
    return clamp(
        ExactOptimum.workIntervalSeconds(situation.costSeconds(), situation.mttfSeconds()));
  }

  /**
   * Where the time of an endless job goes, from one usable checkpoint to the next.
   *
   * @param workIntervalSeconds w, greater than 0, Infinity for never; where it is less than {@link
   *     #leastWorkIntervalSeconds} that is what the job gets
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public Breakdown steadyBreakdown(double workIntervalSeconds) {
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    double work = clamp(workIntervalSeconds);
    return flown(work, work + situation.costSeconds(), leastWorkIntervalSeconds());
  }

  /**
   * Waste of an endless job, {@code 1 - w / E(w)}.
   *
   * @param workIntervalSeconds as in {@link #steadyBreakdown}
   * @return share of the time that is not useful work, 0 to 1
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public double steadyWaste(double workIntervalSeconds) {
    return steadyBreakdown(workIntervalSeconds).waste();
  }

  /**
   * Expected time of a finite job, and where it goes.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds as in {@link #steadyBreakdown}
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public Breakdown breakdown(double workSeconds, double workIntervalSeconds) {
    return breakdown(workSeconds, afterFirstFlight(workSeconds, workIntervalSeconds));
  }

  /**
   * Standard deviation of the time of a finite job, in seconds.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds as in {@link #steadyBreakdown}
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public double standardDeviationSeconds(double workSeconds, double workIntervalSeconds) {
    return deviation(workSeconds, afterFirstFlight(workSeconds, workIntervalSeconds));
  }

  /**
   * The best a finite job can do, and what it then costs.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @return the optimum, whose last segment works for the latency longer than the others, or less
   *     where the least work interval binds
   * @throws IllegalArgumentException if the work is outside its range
   */
  public Optimum forJob(double workSeconds) {
    Check.positive("workSeconds", workSeconds);
    Segmentation job = best(workSeconds);
    return new Optimum(
        workIntervalSeconds(),
        job.segments(),
        job.segmentWorkSeconds(),
        deviation(workSeconds, job),
        breakdown(workSeconds, job));
  }

  private Segmentation best(double workSeconds) {
    Segmentation best = new Segmentation(1, workSeconds, workSeconds);
    double ideal = (workSeconds - latencySeconds) / workIntervalSeconds();
    double bestTime = relativeTime(workSeconds - leastWorkIntervalSeconds());
    // Convex in the number of segments; where the least interval binds the last one is shorter,
    // and up to two more may fit.
    long fewer = Math.max(2, (long) ideal);
    for (long segments = fewer; ideal > 0 && segments <= ideal + 2; segments++) {
      Segmentation job = equallyExposed(workSeconds, segments);
      double time =
          (segments - 1) * relativeTime(job.segmentWorkSeconds() + situation.costSeconds())
              + relativeTime(job.lastWorkSeconds());
      if (job.lastWorkSeconds() > 0 && time < bestTime) {
        best = job;
        bestTime = time;
      }
    }
    return best;
  }

  private Segmentation equallyExposed(double workSeconds, long segments) {
    double work = clamp((workSeconds - latencySeconds) / segments);
    double last = workSeconds - leastWorkIntervalSeconds() - (segments - 1) * work;
    return new Segmentation(segments, work, last);
  }

  /** Expected time of a segment but for a summand and a factor that all segments share. */
  private double relativeTime(double exposedSeconds) {
    return Math.expm1(exposedSeconds / situation.mttfSeconds());
  }

  private double clamp(double workIntervalSeconds) {
    return Math.max(workIntervalSeconds, leastWorkIntervalSeconds());
  }

  /** Segments of the job, the last of them without the work done during the flight before it. */
  private Segmentation afterFirstFlight(double workSeconds, double workIntervalSeconds) {
    Check.positive("workSeconds", workSeconds);
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    double afterFlight = workSeconds - leastWorkIntervalSeconds();
    return afterFlight > 0
        ? Segmentation.atInterval(afterFlight, clamp(workIntervalSeconds))
        : new Segmentation(1, workSeconds, workSeconds);
  }

  private Breakdown breakdown(double workSeconds, Segmentation job) {
    if (job.segments() == 1) {
      return SegmentModel.breakdown(workSeconds, Double.POSITIVE_INFINITY, situation);
    }
    double work = job.segmentWorkSeconds();
    Breakdown ends = flown(work, work + latencySeconds, 0).plus(landed(job.lastWorkSeconds()));
    return job.segments() == 2 ? ends : ends.plus(steadyBreakdown(work).times(job.segments() - 2));
  }

  /**
   * From one checkpoint, or the start of the job, to the next checkpoint becoming usable. The work
   * done during a flight counts from the moment its checkpoint is usable on.
   *
   * @param first A, the time it takes without failure
   * @param done work done during the flight before, which a failure destroys: L - C, or 0 if there
   *     was none
   */
  private Breakdown flown(double work, double first, double done) {
    double mttf = situation.mttfSeconds();
    double flight = latencySeconds / mttf;
    double overheadShare = situation.costSeconds() / latencySeconds;
    double checkpointSeconds = overheadShare * mttf * Math.expm1(flight);
    double useful = work + (leastWorkIntervalSeconds() - done);
    if ((first + done + situation.restartSeconds()) / mttf > SegmentModel.EXPONENT_MAX) {
      return SegmentModel.unbounded(useful, checkpointSeconds, situation);
    }
    // The formula above, rearranged so that nothing cancels when w << M.
    double reworkSeconds =
        mttf * Math.exp(flight) * Exponentials.expm1MinusX(work / mttf)
            + work * Math.expm1(flight)
            + mttf * (1 - overheadShare) * Exponentials.expm1MinusX(flight)
            - mttf * Exponentials.expm1MinusX(done / mttf);
    return withRecovery(useful, reworkSeconds, checkpointSeconds, first, done);
  }

  /** The last segment, from the last checkpoint becoming usable to the end of the job. */
  private Breakdown landed(double work) {
    double mttf = situation.mttfSeconds();
    double done = leastWorkIntervalSeconds();
    if ((work + done + situation.restartSeconds()) / mttf > SegmentModel.EXPONENT_MAX) {
      return SegmentModel.unbounded(work, 0, situation);
    }
    double reworkSeconds =
        mttf * Math.exp(done / mttf) * Exponentials.expm1MinusX(work / mttf)
            + work * Math.expm1(done / mttf);
    return withRecovery(work, reworkSeconds, 0, work, done);
  }

  private Breakdown withRecovery(
      double useful, double rework, double checkpoint, double first, double done) {
    double mttf = situation.mttfSeconds();
    double restart = situation.restartSeconds() / mttf;
    double interruptedSegments = Math.exp(done / mttf) * Math.expm1(first / mttf);
    double failures = Math.exp(restart) * interruptedSegments;
    return new Breakdown(
        useful,
        rework,
        checkpoint,
        mttf * Math.expm1(restart) * interruptedSegments,
        situation.downtimeSeconds() * failures,
        failures);
  }

  private double deviation(double workSeconds, Segmentation job) {
    double restart = situation.restartSeconds();
    if (job.segments() == 1) {
      return stageDeviation(workSeconds, restart + workSeconds);
    }
    double work = job.segmentWorkSeconds();
    double retry = restart + work + latencySeconds;
    double first = stageDeviation(work + latencySeconds, retry);
    double steady = stageDeviation(work + situation.costSeconds(), retry);
    double last = job.lastWorkSeconds();
    double end = stageDeviation(last, restart + last + leastWorkIntervalSeconds());
    double middle = job.segments() == 2 ? 0 : Math.sqrt((double) (job.segments() - 2)) * steady;
    return Math.hypot(Math.hypot(first, middle), end);
  }

  /**
   * Deviation of a time that is A if no failure strikes within A, and otherwise that until the
   * failure, D, and tries of length B, each failed one followed by D, until one succeeds.
   */
  private double stageDeviation(double first, double retry) {
    double mttf = situation.mttfSeconds();
    double down = situation.downtimeSeconds();
    double a = first / mttf;
    double b = retry / mttf;
    if (b > SegmentModel.EXPONENT_MAX) {
      return Double.POSITIVE_INFINITY;
    }
    double failure = -Math.expm1(-a);
    double excess =
        mttf * Exponentials.truncatedMean(a) + down + (mttf + down) * Math.expm1(b) - first;
    double tries =
        SegmentModel.geometricSumDeviation(
            b,
            mttf * Exponentials.truncatedMean(b) + down,
            mttf * Exponentials.truncatedDeviation(b));
    return Math.hypot(
        Math.sqrt(failure) * Math.hypot(mttf * Exponentials.truncatedDeviation(a), tries),
        Math.sqrt(failure * Math.exp(-a)) * excess);
  }
}
