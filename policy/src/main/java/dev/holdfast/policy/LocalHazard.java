// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.analysis.solvers.BisectionSolver;

/**
 * The next work interval from how likely a failure is now: Young's rule with the hazard in the
 * place of 1/M, {@code w = sqrt(2 C / h(age))}.
 *
 * <p><b>Why.</b> When checkpoints are cheap, that is what the best aperiodic schedule tends to (see
 * {@link AperiodicSchedule}), and it needs no schedule: only the age, the time since the end of the
 * last downtime.
 *
 * <p><b>Caps.</b> The plain rule is unusable where the hazard is 0 (every law that rises from 0:
 * the Weibull and the gamma of shapes above 1 and the lognormal at age 0), as it would never
 * checkpoint, and where it is infinite (shapes below 1 at age 0), as it would do nothing else.
 * {@link #nextWorkSeconds} takes the mean hazard over the interval itself instead of the hazard at
 * its begin: with H the cumulative hazard {@code -ln S}, it solves
 *
 * <p>{@code w (H(age + w) - H(age)) = 2 C}
 *
 * <p>which is shorter than the plain rule where the hazard rises, longer where it falls, always
 * finite and greater than 0, and Young's interval at every age for the exponential law.
 *
 * <p><b>Limits.</b> First order: as Young's it is too long where C is not small against the time a
 * life still lasts.
 *
 * <p><b>Source.</b> The density {@code sqrt(h / (2 C))} of checkpoints: Y. Ling, J. Mi, X. Lin, "A
 * variational calculus approach to optimal checkpoint placement", IEEE Transactions on Computers
 * 50(7):699-708, 2001, doi:10.1109/12.936236. The mean over the interval is this project's.
 */
public final class LocalHazard {
  /** In so small a part of the age the hazard is constant, and its differences lose digits. */
  private static final double MOMENT = 1e-7;

  private static final int ITERATIONS_MAX = 2000;

  private LocalHazard() {}

  /**
   * The work to do before the next checkpoint, by the mean hazard over that work.
   *
   * @param law time to the next failure of the job
   * @param costSeconds C, finite, greater than 0
   * @param ageSeconds time since the end of the last downtime, or since the start of the job;
   *     finite, 0 or more
   * @return seconds, finite, greater than 0
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double nextWorkSeconds(FailureLaw law, double costSeconds, double ageSeconds) {
    Check.positive("costSeconds", costSeconds);
    Check.nonNegative("ageSeconds", ageSeconds);
    double plain = plainSeconds(law, costSeconds, ageSeconds);
    if (law instanceof Exponential || plain < MOMENT * ageSeconds) {
      return plain;
    }
    double low = Young.workIntervalSeconds(costSeconds, law.meanSeconds());
    double high = low;
    while (excess(law, costSeconds, ageSeconds, low) > 0) {
      low /= 4;
    }
    while (excess(law, costSeconds, ageSeconds, high) < 0) {
      high *= 4;
    }
    if (low == high) {
      return low;
    }
    double logWork =
        new BisectionSolver(1e-12, 1e-12)
            .solve(
                ITERATIONS_MAX,
                x -> excess(law, costSeconds, ageSeconds, Math.exp(x)),
                Math.log(low),
                Math.log(high));
    return Math.exp(logWork);
  }

  /** Grows with the work from -1 to Infinity, through 0 at the interval sought. */
  private static double excess(FailureLaw law, double cost, double age, double work) {
    double hazard = law.logSurvival(age) - law.logSurvival(age + work);
    return work / cost / 2 * hazard - 1;
  }

  /**
   * The plain rule {@code sqrt(2 C / h(age))}, for comparison.
   *
   * @param law time to the next failure of the job
   * @param costSeconds C, finite, greater than 0
   * @param ageSeconds time since the end of the last downtime; finite, 0 or more
   * @return seconds; Infinity where the hazard is 0, 0 where it is Infinity
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static double plainSeconds(FailureLaw law, double costSeconds, double ageSeconds) {
    Check.positive("costSeconds", costSeconds);
    Check.nonNegative("ageSeconds", ageSeconds);
    return Math.sqrt(2 * costSeconds / law.hazard(ageSeconds));
  }
}
