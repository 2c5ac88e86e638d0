// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import dev.holdfast.policy.RunningCost;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.WalltimePlan;
import dev.holdfast.storage.format.VersionInfo.Costs;
import java.util.function.Supplier;

/**
 * Decides when the next checkpoint is due: measures what checkpoints and steps cost, tells the
 * policy at the begin of every stretch of work what is known, and keeps to its answer until the
 * next.
 *
 * <p>All times on one monotonic clock of the caller's, best that of {@link JobClock#awakeNs}, which
 * stands still while the program does. Safe for use by several threads.
 */
final class Pacer {
  /** A copy is assumed to run at this rate until one has been measured. */
  private static final double ASSUMED_COPY_BYTES_PER_SECOND = 1e9;

  /** A version is assumed to be written at this rate until one has been measured. */
  private static final double ASSUMED_WRITE_BYTES_PER_SECOND = 1e8;

  private static final double COST_SECONDS_MIN = 1e-6;
  private static final double HIGH = 0.99;
  private static final double NS = 1e-9;

  private Wanted wanted;
  private final Metrics metrics;
  private final Supplier<Past> past;
  private RunningCost blocked = new RunningCost();
  private RunningCost durable = new RunningCost();
  private RunningCost step = new RunningCost();
  private double restartSeconds;
  private double assumedBlockedSeconds;
  private double assumedDurableSeconds;
  private double intervalSeconds;
  private boolean planned;
  private long lastEndNs;
  private long lastSteps;
  private int writing;
  private final BackOff backOff = new BackOff();

  /**
   * What the job was told.
   *
   * @param endNs when the allocation ends, Long.MAX_VALUE for never
   */
  record Wanted(CheckpointPolicy policy, double mttfSeconds, long endNs) {}

  /**
   * What the job's ledger says.
   *
   * @param downtimeSeconds mean time from the end of an attempt to the begin of the next
   */
  record Past(JobState.Exposure exposure, double downtimeSeconds) {
    static final Past NONE = new Past(JobState.Exposure.NONE, 0);
  }

  /**
   * @param wanted what the job was told
   * @param metrics distributions of what checkpoints cost, in which earlier attempts count too
   * @param past the job's history until now
   */
  Pacer(Wanted wanted, Metrics metrics, Supplier<Past> past) {
    this.wanted = wanted;
    this.metrics = metrics;
    this.past = past;
  }

  /** Earlier attempts have measured this. */
  synchronized void goOnFrom(Costs known) {
    blocked = new RunningCost(known.blockedSeconds(), known.samples());
    durable = new RunningCost(known.durableSeconds(), known.samples());
    step = new RunningCost(known.stepSeconds(), known.stepSeconds() > 0 ? 1 : 0);
  }

  /** The loop begins, restored or fresh. */
  synchronized void begin(long nowNs, long steps, long stateBytes, double restartSeconds) {
    double blockedSeconds = stateBytes / ASSUMED_COPY_BYTES_PER_SECOND;
    begin(
        nowNs, steps, blockedSeconds, stateBytes / ASSUMED_WRITE_BYTES_PER_SECOND, restartSeconds);
  }

  /**
   * The loop begins, restored or fresh.
   *
   * @param blockedSeconds what a checkpoint is assumed to cost until one has been seen
   * @param durableSeconds how long it is assumed to take from then until it is durable
   */
  synchronized void begin(
      long nowNs, long steps, double blockedSeconds, double durableSeconds, double restartSeconds) {
    assumedBlockedSeconds = blockedSeconds;
    assumedDurableSeconds = durableSeconds;
    this.restartSeconds = Math.max(0, restartSeconds);
    lastEndNs = nowNs;
    lastSteps = steps;
    planned = false;
  }

  /**
   * The program stood still, and so did the caller's clock: the end of the allocation has come
   * nearer, nothing else. For callers whose clock runs on meanwhile there is {@link #stoodStill}.
   */
  synchronized void suspended(long ns) {
    if (wanted.endNs != Long.MAX_VALUE) {
      wanted = new Wanted(wanted.policy, wanted.mttfSeconds, wanted.endNs - ns);
    }
  }

  /** A version is about to be written, maybe after the one before. */
  synchronized void writing() {
    writing++;
  }

  /** A capture has just ended. */
  synchronized void captured(long startNs, long endNs, long steps) {
    captured(startNs, endNs, steps, 0);
  }

  /**
   * A capture has just ended.
   *
   * @param beforeNs what it has cost the loop before, beside the time in which it was blocked
   */
  synchronized void captured(long startNs, long endNs, long steps, long beforeNs) {
    if (steps > lastSteps) {
      step.add(Math.max(0, (startNs - lastEndNs) * NS / (steps - lastSteps)));
    }
    blocked.add(Math.max(0, (endNs - startNs + beforeNs) * NS));
    lastEndNs = endNs;
    lastSteps = steps;
    planned = false;
  }

  /** A capture has just ended during which the program stood still: it measures nothing. */
  synchronized void capturedInterrupted(long endNs, long steps) {
    lastEndNs = endNs;
    lastSteps = steps;
    planned = false;
  }

  /**
   * Nothing was computed for so long; the interval goes on after it. For callers whose clock runs
   * on meanwhile, see {@link #suspended}.
   */
  synchronized void stoodStill(long ns) {
    lastEndNs += ns;
  }

  /** The allocation ends at another moment than was known. */
  synchronized void allocationEnds(long endNs) {
    wanted = new Wanted(wanted.policy, wanted.mttfSeconds, endNs);
    planned = false;
  }

  /** No version could be begun. */
  synchronized void notCaptured(long nowNs) {
    backOff.failed(nowNs);
  }

  /** The version being written has become durable, or has failed. */
  synchronized void written(long nowNs, boolean isDurable, double seconds) {
    writtenInterrupted(nowNs, isDurable);
    if (isDurable) {
      durable.add(Math.max(0, seconds));
    }
  }

  /** The same where the program stood still while it was written: it measures nothing. */
  synchronized void writtenInterrupted(long nowNs, boolean isDurable) {
    writing = Math.max(0, writing - 1);
    if (isDurable) {
      backOff.worked();
    } else {
      backOff.failed(nowNs);
    }
  }

  /** What is known of the costs, and what the policy makes of it for the next work interval. */
  synchronized Costs costs() {
    double interval = 0;
    double mttf = 0;
    try {
      interval = workIntervalSeconds();
      mttf = wanted.policy.mttfSeconds(state(lastEndNs));
    } catch (RuntimeException e) {
      // A program's own policy: its failure shows where the next checkpoint is due, and costs no
      // version.
    }
    return new Costs(
        blockedSeconds(),
        durable.meanSeconds(),
        restartSeconds,
        step.meanSeconds(),
        blocked.count(),
        interval,
        mttf);
  }

  private double blockedSeconds() {
    return blocked.count() > 0 ? blocked.meanSeconds() : assumedBlockedSeconds;
  }

  /** What is known about the job, for the policy. */
  synchronized JobState state(long nowNs) {
    double cost = Math.max(blockedSeconds(), COST_SECONDS_MIN);
    Past before = past.get();
    Situation situation =
        new Situation(cost, wanted.mttfSeconds, restartSeconds, before.downtimeSeconds);
    JobState.Allocation allocation =
        wanted.endNs == Long.MAX_VALUE
            ? JobState.Allocation.ENDLESS
            : new JobState.Allocation(Math.max(0, wanted.endNs - nowNs) / 1e9, reserveSeconds());
    return JobState.of(situation)
        .withExposure(before.exposure)
        .withStep(new JobState.Step(step.meanSeconds(), highStepSeconds()))
        .withAllocation(allocation)
        .withInterval(intervalSeconds);
  }

  /** The situation with the mean time to failure that the policy plans with. */
  synchronized Situation expectedSituation() {
    JobState now = state(lastEndNs);
    return now.situation().withMttfSeconds(wanted.policy.mttfSeconds(now));
  }

  /** Measured over stretches of steps, which is exact where it matters: where steps are long. */
  private double highStepSeconds() {
    return Math.max(step.meanSeconds(), step.quantileSeconds(HIGH));
  }

  /** What the last checkpoint may take until it is durable. */
  synchronized double reserveSeconds() {
    long samples = metrics.samples();
    double high =
        samples > 0 ? metrics.slowSeconds() : assumedBlockedSeconds + assumedDurableSeconds;
    return WalltimePlan.reserveSeconds(high, samples);
  }

  /** Useful work between the last checkpoint and the next, in seconds. */
  synchronized double workIntervalSeconds() {
    if (!planned) {
      intervalSeconds = wanted.policy.workIntervalSeconds(state(lastEndNs));
      planned = true;
    }
    return intervalSeconds;
  }

  /**
   * How long it is until a checkpoint is due: at the boundary nearest to the interval's end, so
   * half a step before it. 0 when it is due now; Long.MAX_VALUE while a version is being written or
   * when the policy says never.
   */
  synchronized long untilDueNs(long nowNs) {
    if (writing > 0) {
      return Long.MAX_VALUE;
    }
    if (backOff.active()) {
      return backOff.untilNs(nowNs);
    }
    double seconds = workIntervalSeconds() - step.meanSeconds() / 2;
    if (seconds > Long.MAX_VALUE * NS / 4) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, lastEndNs + (long) (Math.max(0, seconds) / NS) - nowNs);
  }

  /**
   * How long it is until the job must stop at the next boundary, because after one step more there
   * would be no time for a checkpoint before the allocation ends; Long.MAX_VALUE when it does not.
   */
  synchronized long untilLastBoundaryNs(long nowNs) {
    if (wanted.endNs == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long neededNs = (long) ((reserveSeconds() + highStepSeconds()) / NS);
    return Math.max(0, wanted.endNs - neededNs - nowNs);
  }
}
