// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether a command that failed is started again, and when. What counts is progress: a new version
 * forgives all failures before it, because the next attempt begins further on; failures in a row
 * without one are the command's own doing.
 */
final class Restarts {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofMinutes(5);

  /** Doubled so often, the first pause is longer than the longest. */
  private static final int DOUBLINGS_MAX = 9;

  private final int retries;
  private int failuresInARow;

  /**
   * @param retries restarts in a row without a new version, 0 or more
   */
  Restarts(int retries) {
    this.retries = retries;
  }

  /**
   * Counts a failure.
   *
   * @param progressed whether that attempt made a version
   * @return how long to wait before the next attempt; empty when there is to be none
   */
  Optional<Duration> afterFailure(boolean progressed) {
    failuresInARow = progressed ? 1 : failuresInARow + 1;
    if (failuresInARow > retries) {
      return Optional.empty();
    }
    Duration pause = FIRST.multipliedBy(1L << Math.min(failuresInARow - 1, DOUBLINGS_MAX));
    return Optional.of(pause.compareTo(MOST) > 0 ? MOST : pause);
  }

  /** Attempts that have failed since one made a version. */
  int failuresInARow() {
    return failuresInARow;
  }
}
