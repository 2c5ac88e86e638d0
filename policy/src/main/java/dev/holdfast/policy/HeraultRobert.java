// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.OptionalDouble;

/**
 * The first-order optimum of the PERIOD (work and checkpoint, start to start) that keeps the
 * recovery in the expansion, {@code P = sqrt(2 (M - (D + R)) C)}.
 *
 * <p><b>Formula.</b> Of the time a share {@code C/P} goes into checkpoints; of all time a share
 * {@code (D + R + P/2) / M} is lost to failures. The waste {@code 1 - (1 - C/P) (1 - (D + R + P/2)
 * / M)} is least at P.
 *
 * <p><b>Assumptions, limits.</b> Exponential failures, none during checkpoints, downtime and
 * restarts, at most one in a period: {@code P << M}. It exists only for {@code M > D + R}, and from
 * {@code C = 2 (M - (D + R))} on the period has no room for work. Its dependence on R and D is an
 * artefact of the expansion: {@link ExactOptimum} has none. Reported for comparison.
 *
 * <p><b>Source.</b> T. Herault, Y. Robert (eds.), "Fault-Tolerance Techniques for High-Performance
 * Computing", Springer, 2015, doi:10.1007/978-3-319-20943-2.
 */
public final class HeraultRobert {
  private HeraultRobert() {}

  /**
   * The period {@code sqrt(2 (M - (D + R)) C)}, from the start of one checkpoint to the next.
   *
   * @param situation cost, failures, restart and downtime
   * @return seconds of work and checkpoint together; empty unless {@code M > D + R}
   */
  public static OptionalDouble periodSeconds(Situation situation) {
    double left =
        situation.mttfSeconds() - (situation.downtimeSeconds() + situation.restartSeconds());
    return left > 0
        ? OptionalDouble.of(Math.sqrt(2 * left * situation.costSeconds()))
        : OptionalDouble.empty();
  }

  /**
   * The work interval: the period less the cost of a checkpoint.
   *
   * @param situation cost, failures, restart and downtime
   * @return seconds of work between two checkpoints, greater than 0; empty where there is no period
   *     or a checkpoint takes all of it
   */
  public static OptionalDouble workIntervalSeconds(Situation situation) {
    OptionalDouble period = periodSeconds(situation);
    return period.isPresent() && period.getAsDouble() > situation.costSeconds()
        ? OptionalDouble.of(period.getAsDouble() - situation.costSeconds())
        : OptionalDouble.empty();
  }
}
