// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * When to try again what has failed: after a second, after twice as long each time, at last every
 * five minutes. On the monotonic clock.
 */
final class BackOff {
  private static final long FIRST_NS = 1_000_000_000L;
  private static final long MAX_NS = 300_000_000_000L;
  private static final int DOUBLINGS_MAX = 20;

  private int failures;
  private long failedAtNs;

  void failed(long nowNs) {
    failures++;
    failedAtNs = nowNs;
  }

  void worked() {
    failures = 0;
  }

  /** Whether the last try has failed. */
  boolean active() {
    return failures > 0;
  }

  /** How long it is until the next try; 0 when it is time, or nothing has failed. */
  long untilNs(long nowNs) {
    if (failures == 0) {
      return 0;
    }
    long wait = Math.min(FIRST_NS << Math.min(failures - 1, DOUBLINGS_MAX), MAX_NS);
    return Math.max(0, failedAtNs + wait - nowNs);
  }
}
