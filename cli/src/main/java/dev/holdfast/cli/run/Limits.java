// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.cli.run.Stop.Cause;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ends that are set to the command from outside, and how long it has to stop. Moments are
 * wall-clock milliseconds, because schedulers speak of those.
 *
 * @param startEpochMs when the supervisor began
 * @param timeLimit its own limit, from then on
 * @param grace how long the command has to stop, where somebody said so
 * @param allocation the scheduler's, as last known
 */
record Limits(
    long startEpochMs,
    Optional<Duration> timeLimit,
    Optional<Duration> grace,
    Allocation allocation) {
  private static final Duration GRACE_DEFAULT = Duration.ofMinutes(10);

  /** A signal so near to the end is the scheduler's last. */
  private static final long NEAR_MS = 120_000;

  /** In this last share of the time a stop is because of its end. */
  private static final double SHARE_NEAR = 0.25;

  /** What the supervisor itself needs after the command has been killed. */
  private static final long OWN_END_MS = 2_000;

  /** What a scheduler says of the time; it may say something else later. */
  interface Allocation {
    /** When it ends, empty where there is no end or nobody knows. */
    OptionalLong endEpochMs();

    /** Between its last signal and SIGKILL. */
    Duration killWait();

    /** The command will be asked to stop so long before the end, by what is known now. */
    default void leadTime(Duration lead) {}

    /** Where there is no scheduler. */
    static Allocation none() {
      return new Allocation() {
        @Override
        public OptionalLong endEpochMs() {
          return OptionalLong.empty();
        }

        @Override
        public Duration killWait() {
          return GRACE_DEFAULT;
        }
      };
    }
  }

  private OptionalLong timeLimitEpochMs() {
    return timeLimit
        .map(limit -> OptionalLong.of(startEpochMs + limit.toMillis()))
        .orElse(OptionalLong.empty());
  }

  /** The earlier of both ends; empty where there is none. */
  OptionalLong endEpochMs() {
    long end =
        Math.min(
            timeLimitEpochMs().orElse(Long.MAX_VALUE),
            allocation.endEpochMs().orElse(Long.MAX_VALUE));
    return end == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(end);
  }

  /** How long it is until time itself wishes a stop; Long.MAX_VALUE for never. */
  long untilDueMs(long nowEpochMs, double reserveSeconds) {
    OptionalLong end = endEpochMs();
    if (end.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long askAt = StopPlan.askAtEpochMs(startEpochMs, end.getAsLong(), reserveSeconds);
    allocation.leadTime(Duration.ofMillis(end.getAsLong() - askAt));
    return askAt - nowEpochMs;
  }

  /** The wish to stop that time itself has by now; empty while there is enough. */
  Optional<Stop> due(long nowEpochMs, double reserveSeconds) {
    if (untilDueMs(nowEpochMs, reserveSeconds) > 0) {
      return Optional.empty();
    }
    return Optional.of(byTime());
  }

  private Stop byTime() {
    boolean own = timeLimitEpochMs().equals(endEpochMs());
    return Stop.of(own ? Cause.TIME_LIMIT : Cause.ALLOCATION);
  }

  /**
   * Why a command may have stopped that nobody asked: it knows the end as well, and keeps a reserve
   * of its own. Empty when the end is far.
   */
  Optional<Stop> likelyReason(long nowEpochMs, double reserveSeconds) {
    OptionalLong end = endEpochMs();
    if (end.isEmpty()) {
      return Optional.empty();
    }
    double allSeconds = (end.getAsLong() - startEpochMs) / 1e3;
    double leftSeconds = (end.getAsLong() - nowEpochMs) / 1e3;
    double near = Math.max(SHARE_NEAR * allSeconds, 2 * reserveSeconds);
    return leftSeconds <= near ? Optional.of(byTime()) : Optional.empty();
  }

  /** Whether the allocation is over, or nearly so. */
  boolean nearEndOfAllocation(long nowEpochMs) {
    OptionalLong end = allocation.endEpochMs();
    return end.isPresent() && nowEpochMs >= end.getAsLong() - NEAR_MS;
  }

  /** How long a command that is asked now may take to stop, in milliseconds. */
  long graceMs(Stop stop, long nowEpochMs, double reserveSeconds) {
    if (grace.isPresent()) {
      return grace.get().toMillis();
    }
    long usual = Math.max(GRACE_DEFAULT.toMillis(), Math.round(2e3 * reserveSeconds));
    OptionalLong end = endEpochMs();
    if (end.isEmpty()) {
      return usual;
    }
    long left = Math.max(0, end.getAsLong() - nowEpochMs);
    if (stop.cause() == Cause.SIGNAL && nearEndOfAllocation(nowEpochMs)) {
      return Math.max(OWN_END_MS, left + allocation.killWait().toMillis() - OWN_END_MS);
    }
    return stop.cause() == Cause.ALLOCATION || stop.cause() == Cause.TIME_LIMIT
        ? left
        : Math.min(usual, Math.max(left, OWN_END_MS));
  }
}
