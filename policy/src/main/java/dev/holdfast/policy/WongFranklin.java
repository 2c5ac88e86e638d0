// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

/**
 * The first-order optimum for a known share {@code h} of the interval that a failure destroys,
 * {@code w = sqrt(M C / h)}.
 *
 * <p><b>Formula.</b> Per second of useful work a job pays {@code C/w} for checkpoints and, at rate
 * {@code 1/M}, loses {@code h w}. The sum {@code C/w + h w/M} has its only minimum, {@code 2 sqrt(h
 * C / M)}, at {@code w = sqrt(M C / h)}.
 *
 * <p><b>The share h</b> is the mean of (work since the last checkpoint) / (interval) over failures,
 * {@code 0 < h <= 1}. For failures at a constant rate and {@code w << M} it is 1/2, and the formula
 * is {@link Young}'s; {@link #lostShare} gives it for any w. {@code h = 1} means that a failure
 * always costs the whole interval, as an error does that is found only at its end.
 *
 * <p><b>The printed form.</b> {@code sqrt(M C) / h}, with h outside the root, is in circulation
 * under the same name. It is not what the derivation above gives, and at {@code h = 1/2} it misses
 * Young's interval by a factor of 1.41; only at {@code h = 1} do the two agree. {@link
 * #printedSeconds} offers it for comparison with plans made by it; never follow it. Its interval is
 * too long by {@code k = 1/sqrt(h)}, which multiplies the waste by {@code (k + 1/k)/2} to first
 * order: 1.010 at h = 0.75, 1.061 at 0.5, 1.25 at 0.25, 1.74 at 0.1 ({@link #printedPenalty}).
 *
 * <p><b>Assumptions, limits.</b> Those of {@link Young}, but for h: {@code C << M}, no failure
 * during a checkpoint or a restart. From {@code C = h M} on it returns M or more, which is never
 * right.
 *
 * <p><b>Source.</b> The derivation above. Named after K. F. Wong, M. Franklin, "Checkpointing in
 * distributed computing systems", Journal of Parallel and Distributed Computing, 1996; that paper
 * was not at hand, so where the printed form originates is not known.
 */
public final class WongFranklin {
  /** The h of failures at a constant rate when the interval is short against the MTTF. */
  public static final double DEFAULT_LOST_SHARE = 0.5;

  private WongFranklin() {}

  /**
   * The work interval {@code sqrt(M C / h)}.
   *
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @param lostShare h, greater than 0, at most 1
   * @return seconds of work between two checkpoints
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double workIntervalSeconds(
      double costSeconds, double mttfSeconds, double lostShare) {
    return Math.sqrt(product(costSeconds, mttfSeconds) / Check.share("lostShare", lostShare));
  }

  /**
   * The printed variant {@code sqrt(M C) / h}, which is wrong: for comparison only.
   *
   * @param costSeconds C, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @param lostShare h, greater than 0, at most 1
   * @return seconds of work between two checkpoints, too many by the factor {@code 1 / sqrt(h)}
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double printedSeconds(double costSeconds, double mttfSeconds, double lostShare) {
    return Math.sqrt(product(costSeconds, mttfSeconds)) / Check.share("lostShare", lostShare);
  }

  /**
   * What following {@link #printedSeconds} costs: its waste as a multiple of the least, to first
   * order, {@code (k + 1/k) / 2} with {@code k = 1 / sqrt(h)}.
   *
   * @param lostShare h, greater than 0, at most 1
   * @return 1 or more
   * @throws IllegalArgumentException if h is outside its range
   */
  public static double printedPenalty(double lostShare) {
    double root = Math.sqrt(Check.share("lostShare", lostShare));
    return (1 / root + root) / 2;
  }

  /**
   * The h of failures at a constant rate: the mean share of an interval that is lost, given that a
   * failure strikes in it, {@code h = 1/x - 1/(e^x - 1)} with {@code x = w/M}. It is 1/2 - x/12 for
   * small x and 1/x for large x.
   *
   * @param workIntervalSeconds w, finite, greater than 0
   * @param mttfSeconds M, finite, greater than 0
   * @return greater than 0, at most 1/2
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double lostShare(double workIntervalSeconds, double mttfSeconds) {
    Check.positive("workIntervalSeconds", workIntervalSeconds);
    double x = workIntervalSeconds / Check.positive("mttfSeconds", mttfSeconds);
    if (x < 1e-16) {
      return 0.5; // to the last digit, and the general form below would underflow
    }
    // The plain form subtracts two numbers near 1/x to get one near 1/2.
    return x > 700 ? 1 / x : Exponentials.truncatedMean(x) / x;
  }

  private static double product(double costSeconds, double mttfSeconds) {
    return Check.positive("costSeconds", costSeconds) * Check.positive("mttfSeconds", mttfSeconds);
  }
}
