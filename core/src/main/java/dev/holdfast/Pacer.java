// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.Situation;
import dev.holdfast.storage.format.VersionInfo.Costs;

/**
 * Decides when the next checkpoint is due, from the policy and from what checkpoints and steps have
 * cost so far. Averages are exponentially weighted: a cost that changes is followed within a few
 * checkpoints.
 *
 * <p>All times on the monotonic clock. Safe for use by several threads.
 */
final class Pacer {
  /** Weight of the newest measurement. */
  private static final double NEWEST = 0.3;

  /** Checkpoints are never closer than this multiple of their cost: waste stays below a quarter. */
  private static final double COST_MULTIPLE_MIN = 3;

  /** A copy is assumed to run at this rate until one has been measured. */
  private static final double ASSUMED_BYTES_PER_SECOND = 1e9;

  private static final double COST_SECONDS_MIN = 1e-6;
  private static final double NS = 1e-9;
  private static final long RETRY_FIRST_NS = 1_000_000_000L;
  private static final long RETRY_MAX_NS = 300_000_000_000L;

  private final CheckpointPolicy policy;
  private final double mttfSeconds;
  private Costs costs;
  private long lastEndNs;
  private long lastSteps;
  private boolean writing;
  private int failuresInARow;

  Pacer(CheckpointPolicy policy, double mttfSeconds, Costs known) {
    this.policy = policy;
    this.mttfSeconds = mttfSeconds;
    this.costs = known;
  }

  /** The loop begins, restored or fresh. */
  synchronized void begin(long nowNs, long steps, long stateBytes, double restartSeconds) {
    double blocked =
        costs.samples() > 0 ? costs.blockedSeconds() : stateBytes / ASSUMED_BYTES_PER_SECOND;
    costs =
        new Costs(
            blocked, costs.durableSeconds(), restartSeconds, costs.stepSeconds(), costs.samples());
    lastEndNs = nowNs;
    lastSteps = steps;
  }

  /** A version is about to be written. */
  synchronized void writing() {
    writing = true;
  }

  /** A capture has just ended. */
  synchronized void captured(long startNs, long endNs, long steps) {
    double step = costs.stepSeconds();
    if (steps > lastSteps) {
      double measured = (startNs - lastEndNs) * NS / (steps - lastSteps);
      step = step == 0 ? measured : average(step, measured);
    }
    double measured = (endNs - startNs) * NS;
    double blocked = costs.samples() == 0 ? measured : average(costs.blockedSeconds(), measured);
    costs =
        new Costs(
            blocked, costs.durableSeconds(), costs.restartSeconds(), step, costs.samples() + 1);
    lastEndNs = endNs;
    lastSteps = steps;
  }

  private static double average(double before, double now) {
    return before + NEWEST * (now - before);
  }

  /** The version being written has become durable, or has failed. */
  synchronized void written(long nowNs, boolean durable, double seconds) {
    writing = false;
    failuresInARow = durable ? 0 : failuresInARow + 1;
    if (durable) {
      double before = costs.durableSeconds();
      double after = before == 0 ? seconds : average(before, seconds);
      costs =
          new Costs(
              costs.blockedSeconds(),
              after,
              costs.restartSeconds(),
              costs.stepSeconds(),
              costs.samples());
    } else {
      lastEndNs = nowNs;
    }
  }

  synchronized Costs costs() {
    return costs;
  }

  /** What is known about the job, for the policy. */
  synchronized Situation situation() {
    double cost = Math.max(costs.blockedSeconds(), COST_SECONDS_MIN);
    return new Situation(cost, mttfSeconds, Math.max(0, costs.restartSeconds()), 0);
  }

  /** Useful work between two checkpoints, in seconds. */
  synchronized double workIntervalSeconds() {
    Situation situation = situation();
    double wanted = policy.workIntervalSeconds(situation);
    return Math.max(wanted, COST_MULTIPLE_MIN * situation.costSeconds());
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
      return Math.max(0, lastEndNs + Math.min(backOff, RETRY_MAX_NS) - nowNs);
    }
    double seconds = workIntervalSeconds() - costs.stepSeconds() / 2;
    if (seconds > Long.MAX_VALUE * NS / 4) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, lastEndNs + (long) (Math.max(0, seconds) / NS) - nowNs);
  }
}
