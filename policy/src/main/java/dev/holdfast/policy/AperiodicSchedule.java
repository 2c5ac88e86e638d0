// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The schedule that wastes least in the long run when failures are not memoryless: after each
 * restart the same sequence of unequal intervals.
 *
 * <p><b>Method.</b> With {@code t_i} the age at the end of the i-th checkpoint, no checkpoint can
 * be moved to advantage when {@code S(t_(i+1)) = S(t_i) - w_i f(t_i)}. The first interval
 * determines all others. If it is too long the intervals run away until the right side is negative;
 * if too short they shrink to nothing; errors grow as 1/S. So the first interval is found by
 * bisection, and the schedule is followed as long as its two neighbours agree, to an age that one
 * life in 1e9 or fewer reaches, and for {@value #INTERVALS_MAX} intervals at most; from there on
 * equal intervals follow, the best of the last one and its multiples by powers of two. Only with
 * extremely heavy tails (Weibull shape near 0.1, lognormal sigma above 3) does that end matter at
 * all.
 *
 * <p><b>Limits.</b> Those of {@link RenewalModel}; a cost of at least {@value #COST_MIN} of the
 * mean of the law, as the sequence is too long below. Where not even the first checkpoint is ever
 * reached, to the accuracy of a double, the schedule is the best equal interval.
 *
 * <p><b>Source.</b> The condition follows from the model; it is that of the optimal inspection
 * schedule: R. E. Barlow, L. C. Hunter, F. Proschan, "Optimum checking procedures", Journal of the
 * Society for Industrial and Applied Mathematics 11(4):1078-1095, 1963, doi:10.1137/0111080.
 *
 * @param firstWorkIntervalsSeconds the first intervals after a restart
 * @param waste long-run share of the time that is not useful work, 0 to 1
 */
public record AperiodicSchedule(List<Double> firstWorkIntervalsSeconds, double waste) {
  static final double COST_MIN = 1e-5;

  private static final double AGREEMENT = 1e-6;
  private static final double RARE = 1e-12;
  private static final double HOPELESS = 1e-280;
  private static final int DOUBLINGS = 20;
  private static final int INTERVALS_MAX = 10_000;
  private static final int NEWTON_STEPS_MAX = 6;

  /** Copies the list. */
  public AperiodicSchedule {
    firstWorkIntervalsSeconds = List.copyOf(firstWorkIntervalsSeconds);
  }

  static AperiodicSchedule best(RenewalModel model, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ": it must be 1 or more");
    }
    double mean = model.law().meanSeconds();
    if (model.costSeconds() < COST_MIN * mean) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "costSeconds is %s: the aperiodic schedule needs at least %s of the mean lifetime,"
                  + " %s s; use the local hazard",
              model.costSeconds(),
              COST_MIN,
              mean));
    }
    return new Search(model).best(count);
  }

  private record Search(RenewalModel model) {

    AperiodicSchedule best(int count) {
      double periodic = model.bestIntervalSeconds();
      double first = model.restartSeconds() + periodic + model.costSeconds();
      if (model.law().survival(first) < HOPELESS) {
        return new AperiodicSchedule(List.of(periodic), model.steadyWaste(periodic));
      }
      double low = periodic;
      double high = periodic;
      while (runsAway(low)) {
        low /= 2;
      }
      while (!runsAway(high)) {
        high *= 2;
      }
      for (double middle = (low + high) / 2;
          middle > low && middle < high;
          middle = (low + high) / 2) {
        if (runsAway(middle)) {
          high = middle;
        } else {
          low = middle;
        }
      }
      List<Double> intervals = common(follow(low), follow(high));
      return new AperiodicSchedule(
          intervals.subList(0, Math.min(count, intervals.size())), waste(intervals));
    }

    private boolean runsAway(double first) {
      return follow(first).runsAway();
    }

    private Sequence follow(double first) {
      FailureLaw law = model.law();
      List<Double> intervals = new ArrayList<>();
      double work = first;
      double age = model.restartSeconds() + work + model.costSeconds();
      double survival = law.survival(age);
      double failed = -Math.expm1(law.logSurvival(age));
      double rare = survival * RARE;
      while (work > 0 && survival > rare && intervals.size() < INTERVALS_MAX) {
        intervals.add(work);
        double fall = work * law.density(age);
        survival -= fall;
        failed += fall;
        if (survival > 0) {
          double next = inverse(failed, survival, age + work + model.costSeconds());
          work = next - age - model.costSeconds();
          age = next;
        }
      }
      return new Sequence(intervals, work > 0);
    }

    /** Newton's iteration from a near guess, as the inverses of the law begin from afar. */
    private double inverse(double failed, double survival, double guess) {
      FailureLaw law = model.law();
      double age = guess;
      for (int i = 0; i < NEWTON_STEPS_MAX; i++) {
        double excess =
            failed < 0.5
                ? -Math.expm1(law.logSurvival(age)) - failed
                : survival - law.survival(age);
        double step = excess / law.density(age);
        age -= step;
        if (!(age > 0)) {
          break;
        }
        if (Math.abs(step) <= 1e-8 * model.costSeconds()) {
          return age;
        }
      }
      return failed < 0.5 ? law.quantile(failed) : law.inverseSurvival(survival);
    }

    private static List<Double> common(Sequence one, Sequence other) {
      int size = Math.min(one.intervals().size(), other.intervals().size());
      List<Double> common = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        double work = one.intervals().get(i);
        if (Math.abs(work - other.intervals().get(i)) > AGREEMENT * work) {
          break;
        }
        common.add(work);
      }
      return common;
    }

    private double waste(List<Double> intervals) {
      FailureLaw law = model.law();
      double age = model.restartSeconds();
      double gain = 0;
      for (double work : intervals) {
        age += work + model.costSeconds();
        gain += work * law.survival(age);
      }
      double rest = 0;
      for (int i = 0; i <= DOUBLINGS; i++) {
        double work = Math.scalb(intervals.getLast(), i);
        RenewalSeries equal = RenewalSeries.from(law, age, work, model.costSeconds());
        rest = Math.max(rest, Math.exp(equal.logGainSeconds()));
      }
      double cycle = law.meanSeconds() + model.downtimeSeconds();
      return Math.max(0, 1 - (gain + rest) / cycle);
    }
  }

  private record Sequence(List<Double> intervals, boolean runsAway) {}
}
