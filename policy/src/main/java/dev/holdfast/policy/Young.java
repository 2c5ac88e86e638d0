// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * Young's first-order optimum of the work interval, {@code w = sqrt(2 C M)}.
 *
 * <p><b>Assumptions.</b> Exponential failures; {@code C << M}; a failure strikes in the middle of
 * an interval on average; none strikes during a checkpoint or a restart; R and D play no part.
 *
 * <p><b>Limits.</b> Its interval is too long, by 5 % at C/M = 0.01, and wastes little more than the
 * least: 0.1 % more at C/M = 0.01, 0.4 % more at 0.05. From {@code C = M/2} on it returns M or
 * more, which is never right: the true optimum stays below M.
 *
 * <p><b>Source.</b> J. W. Young, "A first order approximation to the optimum checkpoint interval",
 * Communications of the ACM 17(9):530-531, 1974, doi:10.1145/361147.361115.
 */
public final class Young {
  private Young() {}

  /**
   * The work interval {@code sqrt(2 C M)}.
   *
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @return seconds of work between two checkpoints
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double workIntervalSeconds(double costSeconds, double mttfSeconds) {
    Check.positive("costSeconds", costSeconds);
    Check.positive("mttfSeconds", mttfSeconds);
    return Math.sqrt(2 * costSeconds * mttfSeconds);
  }
}
