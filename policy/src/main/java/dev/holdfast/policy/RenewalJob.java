// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Locale;

/**
 * A finite job under failures that renew its age.
 *
 * <p>Because the age is 0 at the end of each downtime, what is still to come then depends only on
 * k, the number of segments not yet committed. An attempt at k segments restarts and works until it
 * fails at age X or reaches the end of the job. With {@code t_j} the age at which its j-th segment
 * is committed, {@code t_0 = 0}, it leaves {@code k - j} segments with probability {@code q_j =
 * S(t_j) - S(t_(j+1))}, so that any quantity V that adds up over attempts obeys
 *
 * <p>{@code V_k = (v_k + sum(1 <= j < k) q_j V_(k-j)) / S(t_1)}
 *
 * <p>where {@code v_k} is its mean in one attempt: for the failures {@code 1 - S(t_k)}, for the
 * restarts {@code E[min(X, R)]}, for a phase from age a to b {@code E[min(X, b)] - E[min(X, a)]},
 * for the rework the time of the work phases less the work committed. The first attempt is the same
 * without R. The five times add up to the makespan. Time grows with the square of the number of
 * segments, or with its product with the segments a life can commit, if those are fewer.
 */
final class RenewalJob {
  static final int SEGMENTS_MAX = 20_000;

  private static final int FAILURES = 0;
  private static final int RESTART = 1;
  private static final int CHECKPOINT = 2;
  private static final int REWORK = 3;
  private static final int QUANTITIES = 4;

  /** A sum of as many terms below this as there may be changes nothing. */
  private static final double NEGLIGIBLE = 1e-24;

  private final RenewalModel model;
  private final FailureLaw law;
  private final int segments;
  private final double workSeconds;
  private final double lastWorkSeconds;
  private final double periodSeconds;

  RenewalJob(RenewalModel model, Segmentation job) {
    if (job.segments() > SEGMENTS_MAX) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the job has %d segments: with a %s law it can have %d at most;"
                  + " use a longer interval or the waste of an endless job",
              job.segments(),
              model.law().id(),
              SEGMENTS_MAX));
    }
    this.model = model;
    this.law = model.law();
    this.segments = (int) job.segments();
    this.workSeconds = job.segmentWorkSeconds();
    this.lastWorkSeconds = job.lastWorkSeconds();
    this.periodSeconds = workSeconds + model.costSeconds();
  }

  Breakdown breakdown() {
    double restart = model.restartSeconds();
    double[][] remaining = remaining();
    Attempt first = new Attempt(0);
    double[] total = first.means(segments);
    for (int j = 0; j < segments; j++) {
      double probability = first.leaves(segments, j);
      // A certainty of never ending that is itself impossible must not become 0 * Infinity.
      for (int v = 0; v < QUANTITIES && probability > 0; v++) {
        total[v] += probability * remaining[v][segments - j];
      }
    }
    double useful = (segments - 1) * workSeconds + lastWorkSeconds;
    return new Breakdown(
        useful,
        total[REWORK],
        total[CHECKPOINT],
        restart == 0 ? 0 : total[RESTART],
        model.downtimeSeconds() == 0 ? 0 : model.downtimeSeconds() * total[FAILURES],
        total[FAILURES]);
  }

  /** By quantity and number of segments left, from the end of a downtime on. */
  private double[][] remaining() {
    Attempt attempt = new Attempt(model.restartSeconds());
    double[][] value = new double[QUANTITIES][segments + 1];
    for (int k = 1; k <= segments; k++) {
      double[] sum = attempt.means(k);
      for (int j = 1; j < k && attempt.survival[j] > NEGLIGIBLE; j++) {
        double probability = attempt.leaves(k, j);
        for (int v = 0; v < QUANTITIES; v++) {
          sum[v] += probability * value[v][k - j];
        }
      }
      for (int v = 0; v < QUANTITIES; v++) {
        // A mean of 0 may only be one that underflowed, and 0/0 would be NaN.
        double first = attempt.survivalAtEnd(k, 1);
        value[v][k] = first == 0 ? Double.POSITIVE_INFINITY : sum[v] / first;
      }
    }
    return value;
  }

  /** The attempts that begin with a restart of the given length. */
  private final class Attempt {
    final double restartSeconds;

    /** At the end of the j-th checkpoint. */
    final double[] survival = new double[segments];

    /** Mean time in the first j checkpoints, and in the first j work phases without commit. */
    final double[] checkpointSeconds = new double[segments];

    final double[] reworkSeconds = new double[segments];

    Attempt(double restartSeconds) {
      this.restartSeconds = restartSeconds;
      survival[0] = 1;
      for (int j = 1; j < segments; j++) {
        double end = age(j);
        double begin = end - periodSeconds;
        survival[j] = law.survival(end);
        checkpointSeconds[j] = checkpointSeconds[j - 1] + between(begin + workSeconds, end);
        reworkSeconds[j] = reworkSeconds[j - 1] + lost(begin, workSeconds, survival[j]);
      }
    }

    private double age(int segment) {
      return restartSeconds + segment * periodSeconds;
    }

    private double between(double from, double to) {
      return law.restrictedMeanSeconds(to) - law.restrictedMeanSeconds(from);
    }

    private double lost(double begin, double work, double committed) {
      return Math.max(0, between(begin, begin + work) - work * committed);
    }

    /** Survival at the end of segment j of k; the last one ends the job without a checkpoint. */
    double survivalAtEnd(int k, int j) {
      return j < k ? survival[j] : law.survival(age(k - 1) + lastWorkSeconds);
    }

    double leaves(int k, int j) {
      return survival[j] - survivalAtEnd(k, j + 1);
    }

    double[] means(int k) {
      double committed = survivalAtEnd(k, k);
      double[] means = new double[QUANTITIES];
      means[FAILURES] = -Math.expm1(law.logSurvival(age(k - 1) + lastWorkSeconds));
      means[RESTART] = law.restrictedMeanSeconds(restartSeconds);
      means[CHECKPOINT] = checkpointSeconds[k - 1];
      means[REWORK] = reworkSeconds[k - 1] + lost(age(k - 1), lastWorkSeconds, committed);
      return means;
    }
  }
}
