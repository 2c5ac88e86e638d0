// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * What a policy is told when a stretch of work begins: after a start, a restart or a checkpoint. A
 * running job and a simulated one fill it in the same way.
 *
 * @param situation what a checkpoint costs and how failures treat the job; its mean time to failure
 *     is the one that somebody stated or that is assumed
 * @param exposure what the job has seen of failures so far
 * @param step how long one step of its loop takes
 * @param allocation how long it may still run
 * @param intervalSeconds the work interval in force until now; 0 at the first question
 */
public record JobState(
    Situation situation,
    Exposure exposure,
    Step step,
    Allocation allocation,
    double intervalSeconds) {

  /** Checks the ranges. */
  public JobState {
    Check.nonNegativeOrInfinite("intervalSeconds", intervalSeconds);
  }

  /** A job of which nothing is known but its situation. */
  public static JobState of(Situation situation) {
    return new JobState(situation, Exposure.NONE, Step.SHORT, Allocation.ENDLESS, 0);
  }

  /** The same with another exposure. */
  public JobState withExposure(Exposure other) {
    return new JobState(situation, other, step, allocation, intervalSeconds);
  }

  /** The same with another step. */
  public JobState withStep(Step other) {
    return new JobState(situation, exposure, other, allocation, intervalSeconds);
  }

  /** The same with another allocation. */
  public JobState withAllocation(Allocation other) {
    return new JobState(situation, exposure, step, other, intervalSeconds);
  }

  /** The same with another interval in force. */
  public JobState withInterval(double seconds) {
    return new JobState(situation, exposure, step, allocation, seconds);
  }

  /**
   * What the job has seen of failures, over all its attempts.
   *
   * @param atRiskSeconds time in which a failure could strike: work, checkpoints and restarts, not
   *     downtime; 0 or more
   * @param failures how many did; the end of an allocation, a preemption, a stop that somebody
   *     asked for and an error of the program itself are none
   * @param ageSeconds time at risk since the job, or its present attempt, last began anew; 0 or
   *     more
   */
  public record Exposure(double atRiskSeconds, long failures, double ageSeconds) {
    /** A job that has just begun. */
    public static final Exposure NONE = new Exposure(0, 0, 0);

    /** Checks the ranges. */
    public Exposure {
      Check.nonNegative("atRiskSeconds", atRiskSeconds);
      Check.nonNegative("ageSeconds", ageSeconds);
      if (failures < 0) {
        throw new IllegalArgumentException("failures is " + failures + ": it must be 0 or more");
      }
    }
  }

  /**
   * The time of one step of the loop: a checkpoint can only begin at its end.
   *
   * @param meanSeconds 0 or more; 0 where a step is too short to matter
   * @param highSeconds what all but one in a hundred steps stay below; at least the mean
   */
  public record Step(double meanSeconds, double highSeconds) {
    /** A step too short to matter. */
    public static final Step SHORT = new Step(0, 0);

    /** Checks the ranges. */
    public Step {
      Check.nonNegative("meanSeconds", meanSeconds);
      Check.nonNegative("highSeconds", highSeconds);
    }
  }

  /**
   * How long the job may still run.
   *
   * @param leftSeconds time until the end; Infinity where there is none, 0 when it is over
   * @param reserveSeconds time to keep free for the last checkpoint, until it is durable
   */
  public record Allocation(double leftSeconds, double reserveSeconds) {
    /** A job that nobody ends. */
    public static final Allocation ENDLESS = new Allocation(Double.POSITIVE_INFINITY, 0);

    /** Checks the ranges. */
    public Allocation {
      Check.nonNegativeOrInfinite("leftSeconds", leftSeconds);
      Check.nonNegative("reserveSeconds", reserveSeconds);
    }

    /** Whether there is an end. */
    public boolean ends() {
      return leftSeconds < Double.POSITIVE_INFINITY;
    }
  }
}
