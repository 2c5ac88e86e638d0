// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.optim.univariate.UnivariatePointValuePair;

/**
 * What checkpointing costs when failures are not memoryless.
 *
 * <h2>Model</h2>
 *
 * <p>That of {@link SegmentModel}, but the time to the next failure follows any {@link FailureLaw}
 * and starts anew at the start of the job and at the end of each downtime (renewal at failure): the
 * job's age is 0 when a restart begins. Failures strike during work, checkpoints and restarts.
 *
 * <p>An endless job: between two failures, with S the survival and {@code t_i} the age at the end
 * of the i-th checkpoint, the work that gets saved is {@code sum_i w_i S(t_i)}, and it takes {@code
 * mu + D} on average, mu being the mean of the law. With equal intervals {@code t_i = R + i (w +
 * C)}:
 *
 * <p>{@code efficiency(w) = w sum_i S(R + i (w + C)) / (mu + D)}, and {@code waste = 1 -
 * efficiency}
 *
 * <p>evaluated to about 1e-12 in bounded time, see {@link RenewalSeries}. For the exponential law
 * this is {@link SegmentModel#steadyWaste}.
 *
 * <h2>What to expect</h2>
 *
 * <p>Equal intervals are optimal for the exponential law only. Still, with shapes of 0.5 to 0.8 and
 * C/M of 0.002 to 0.04 {@link Young} with the true mean is within 0.06 points of waste of the best
 * equal interval, and {@link #bestAperiodic} gains 0.06 to 0.6 points over it. Below shape 1 the
 * best interval is a little longer than Young's, above 1 shorter. With heavy tails (lognormal sigma
 * above 1.5) the gain is larger, but an endless job is then a poor model of a short one: its mean
 * depends on lifetimes longer than the job. Use {@link #breakdown}.
 *
 * <p>The law is that of the job. For a job on many nodes of which only the failed one is renewed,
 * this model does not hold: see {@link NodeFailures}.
 *
 * <h2>Source</h2>
 *
 * <p>The series and the finite job follow from the model. That periodic checkpoints are optimal for
 * the exponential law: Bougeret et al. 2011 (see {@link SegmentModel}).
 *
 * @param law time to the next failure of the job
 * @param costSeconds C, finite, greater than 0
 * @param restartSeconds R, finite, 0 or more
 * @param downtimeSeconds D, finite, 0 or more
 */
public record RenewalModel(
    FailureLaw law, double costSeconds, double restartSeconds, double downtimeSeconds) {

  private static final int POINTS_PER_DECADE = 8;

  /**
   * A sharp law has a local optimum near each whole fraction of the lifetime; so many are tried.
   */
  private static final int FRACTIONS = 64;

  private static final int REFINED = 3;

  /** Ages that are lived to less often than this are not worth a checkpoint interval. */
  private static final double RARE = 1e-9;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range, naming it and the range
   */
  public RenewalModel {
    Check.positive("costSeconds", costSeconds);
    Check.nonNegative("restartSeconds", restartSeconds);
    Check.nonNegative("downtimeSeconds", downtimeSeconds);
  }

  /**
   * Long-run share of the time that is useful work, at equal intervals.
   *
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @return 0 to 1; right to its last digits also where it is tiny
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public double efficiency(double workIntervalSeconds) {
    return Math.exp(series(workIntervalSeconds).logGainSeconds()) / cycleSeconds();
  }

  /**
   * Long-run share of the time that is not useful work, at equal intervals.
   *
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never
   * @return 0 to 1; right to about its twelfth digit also where it is tiny
   * @throws IllegalArgumentException if the interval is not greater than 0
   */
  public double steadyWaste(double workIntervalSeconds) {
    return waste(series(workIntervalSeconds));
  }

  private RenewalSeries series(double workIntervalSeconds) {
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    return RenewalSeries.from(law, restartSeconds, workIntervalSeconds, costSeconds);
  }

  private double waste(RenewalSeries series) {
    double lost =
        downtimeSeconds + law.restrictedMeanSeconds(restartSeconds) + series.lostSeconds();
    return Math.min(1, lost / cycleSeconds());
  }

  /** Mean time from the end of a downtime to the end of the next. */
  private double cycleSeconds() {
    return law.meanSeconds() + downtimeSeconds;
  }

  /**
   * The equal interval that wastes least in the long run.
   *
   * <p>For the exponential law that is {@link ExactOptimum}. For others it is searched for: there
   * may be several local optima, so the whole range from far below Young's interval to ages that
   * hardly ever occur is scanned, and the best few are refined by Brent's method. The waste is the
   * least to about 1e-12; the interval, where the waste is flat, to about 1e-6 of itself.
   *
   * @return seconds of work between two checkpoints
   */
  public double bestIntervalSeconds() {
    if (law instanceof Exponential exponential) {
      return ExactOptimum.workIntervalSeconds(costSeconds, exponential.meanSeconds());
    }
    double[] candidates = candidates();
    double[] losses = Arrays.stream(candidates).map(this::loss).toArray();
    return IntStream.range(0, candidates.length)
        .filter(i -> isLocalMinimum(losses, i))
        .boxed()
        .sorted((a, b) -> Double.compare(losses[a], losses[b]))
        .limit(REFINED)
        .map(i -> refined(candidates, i))
        .min((a, b) -> Double.compare(a.getValue(), b.getValue()))
        .map(best -> Math.exp(best.getPoint()))
        .orElseThrow();
  }

  /** Minus the logarithm of the efficiency: never flat, neither near waste 0 nor near waste 1. */
  private double loss(double workSeconds) {
    RenewalSeries series = series(workSeconds);
    double waste = waste(series);
    return waste < 0.5 ? -Math.log1p(-waste) : Math.log(cycleSeconds()) - series.logGainSeconds();
  }

  private double[] candidates() {
    double young = Young.workIntervalSeconds(costSeconds, law.meanSeconds());
    // Where a checkpoint hardly fits into a life, the best interval is near 1 / hazard.
    double fleeting = 1 / law.hazard(restartSeconds + costSeconds);
    double low = Math.max(Double.MIN_NORMAL, Math.min(young, fleeting) / 100);
    double high = Math.max(young, law.inverseSurvival(RARE)) * 10;
    int points = 1 + (int) (POINTS_PER_DECADE * Math.log10(high / low));
    double life = law.inverseSurvival(0.99) - restartSeconds;
    return DoubleStream.concat(
            IntStream.rangeClosed(0, points)
                .mapToDouble(i -> low * Math.pow(high / low, (double) i / points)),
            IntStream.rangeClosed(1, FRACTIONS)
                .mapToDouble(n -> life / n - costSeconds)
                .filter(work -> work > low && work < high))
        .sorted()
        .distinct()
        .toArray();
  }

  private static boolean isLocalMinimum(double[] losses, int i) {
    return (i == 0 || losses[i] <= losses[i - 1])
        && (i == losses.length - 1 || losses[i] <= losses[i + 1]);
  }

  private UnivariatePointValuePair refined(double[] candidates, int i) {
    double low = Math.log(candidates[Math.max(0, i - 1)]);
    double high = Math.log(candidates[Math.min(candidates.length - 1, i + 1)]);
    return new BrentOptimizer(1e-9, 1e-10)
        .optimize(
            new MaxEval(500),
            GoalType.MINIMIZE,
            new UnivariateObjectiveFunction(logWork -> loss(Math.exp(logWork))),
            new SearchInterval(low, high, Math.log(candidates[i])));
  }

  /**
   * The best schedule there is in the long run, see {@link AperiodicSchedule}. It takes
   * milliseconds, and up to three seconds for a lognormal of extreme sigma.
   *
   * @param count number of first intervals to return, at least 1
   * @throws IllegalArgumentException if the cost is below {@value AperiodicSchedule#COST_MIN} of
   *     the mean of the law: then use {@link LocalHazard}, which tends to the same
   */
  public AperiodicSchedule bestAperiodic(int count) {
    return AperiodicSchedule.best(this, count);
  }

  /**
   * Expected time of a finite job, and where it goes, exactly.
   *
   * @param workSeconds W, useful work of the job; finite, greater than 0
   * @param workIntervalSeconds w, work between two checkpoints; greater than 0, Infinity for never;
   *     at most {@value RenewalJob#SEGMENTS_MAX} intervals may fit into the work
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public Breakdown breakdown(double workSeconds, double workIntervalSeconds) {
    Check.positive("workSeconds", workSeconds);
    Check.positiveOrInfinite("workIntervalSeconds", workIntervalSeconds);
    return new RenewalJob(this, Segmentation.atInterval(workSeconds, workIntervalSeconds))
        .breakdown();
  }
}
