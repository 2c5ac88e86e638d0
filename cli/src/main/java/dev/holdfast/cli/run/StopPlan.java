// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

/**
 * When a command has to be asked to stop so that its last checkpoint is durable before its time is
 * over: the reserve, which only one checkpoint in a thousand exceeds, and a margin for what clocks
 * and schedulers disagree about.
 */
final class StopPlan {
  private static final double MARGIN_SECONDS = 30;

  /** Kept free for a program of which no checkpoint has been measured. */
  private static final double RESERVE_UNKNOWN_SECONDS = 60;

  /** In a short allocation neither may take more than this share. */
  private static final double SHARE = 0.05;

  private StopPlan() {}

  /**
   * The moment to ask.
   *
   * @param startEpochMs when the supervisor began
   * @param endEpochMs when the time is over
   * @param reserveSeconds what the last checkpoint may take, 0 when it is not known
   * @return never before half of the time: a job that cannot work at all would be asked for ever
   */
  static long askAtEpochMs(long startEpochMs, long endEpochMs, double reserveSeconds) {
    double allSeconds = Math.max(0, (endEpochMs - startEpochMs) / 1e3);
    double reserve =
        reserveSeconds > 0 ? reserveSeconds : Math.min(RESERVE_UNKNOWN_SECONDS, SHARE * allSeconds);
    double margin = Math.min(MARGIN_SECONDS, SHARE * allSeconds);
    double at = Math.max(allSeconds / 2, allSeconds - reserve - margin);
    return startEpochMs + Math.round(1e3 * at);
  }
}
