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
 * <p>All times on the monotonic clock. Safe for use by several threads.
 */
final class Pacer {
  /** A copy is assumed to run at this rate until one has been measured. */
  private static final double ASSUMED_COPY_BYTES_PER_SECOND = 1e9;

  /** A version is assumed to be written at this rate until one has been measured. */
  private static final double ASSUMED_WRITE_BYTES_PER_SECOND = 1e8;

  private static final double COST_SECONDS_MIN = 1e-6;
  private static final double HIGH = 0.99;
  private static final double NS = 1e-9;
  private static final long RETRY_FIRST_NS = 1_000_000_000L;
  private static final long RETRY_MAX_NS = 300_000_000_000L;

  private final Wanted wanted;
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
  private boolean writing;
  private int failuresInARow;
  private long failedAtNs;

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
    assumedBlockedSeconds = stateBytes / ASSUMED_COPY_BYTES_PER_SECOND;
    assumedDurableSeconds = stateBytes / ASSUMED_WRITE_BYTES_PER_SECOND;
    this.restartSeconds = Math.max(0, restartSeconds);
    lastEndNs = nowNs;
    lastSteps = steps;
    planned = false;
  }

  /** A version is about to be written. */
  synchronized void writing() {
    writing = true;
  }

  /** A capture has just ended. */
  synchronized void captured(long startNs, long endNs, long steps) {
    if (steps > lastSteps) {
      step.add(Math.max(0, (startNs - lastEndNs) * NS / (steps - lastSteps)));
    }
    blocked.add(Math.max(0, (endNs - startNs) * NS));
    lastEndNs = endNs;
    lastSteps = steps;
    planned = false;
  }

  /** The version being written has become durable, or has failed. */
  synchronized void written(long nowNs, boolean isDurable, double seconds) {
    writing = false;
    failuresInARow = isDurable ? 0 : failuresInARow + 1;
    if (isDurable) {
      durable.add(Math.max(0, seconds));
    } else {
      failedAtNs = nowNs;
    }
  }

  synchronized Costs costs() {
    return new Costs(
        blockedSeconds(),
        durable.meanSeconds(),
        restartSeconds,
        step.meanSeconds(),
        blocked.count());
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
  private double reserveSeconds() {
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
    if (writing) {
      return Long.MAX_VALUE;
    }
    if (failuresInARow > 0) {
      long backOff = RETRY_FIRST_NS << Math.min(failuresInARow - 1, 20);
      return Math.max(0, failedAtNs + Math.min(backOff, RETRY_MAX_NS) - nowNs);
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
