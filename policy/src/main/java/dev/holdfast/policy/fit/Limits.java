// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * When watching ends without a failure, as a random variable: the Kaplan-Meier estimate in which a
 * failure hides the limit behind it. What probability is left beyond the last limit is that of no
 * limit at all.
 */
final class Limits {
  private final double[] seconds;

  /** Probability of this limit or a smaller one. */
  private final double[] cumulated;

  private Limits(double[] seconds, double[] cumulated) {
    this.seconds = seconds;
    this.cumulated = cumulated;
  }

  static Limits of(Sample sample) {
    Times failures = sample.failureTimes();
    Times censored = sample.censoredTimes();
    double[] cumulated = new double[censored.distinct()];
    int atRisk = failures.total() + censored.total();
    int next = 0; // the first failure that is still at risk
    double survival = 1;
    for (int i = 0; i < cumulated.length; i++) {
      while (next < failures.distinct() && failures.value(next) <= censored.value(i)) {
        atRisk -= failures.count(next++);
      }
      survival *= (double) (atRisk - censored.count(i)) / atRisk;
      atRisk -= censored.count(i);
      cumulated[i] = 1 - survival;
    }
    return new Limits(censored.values(), cumulated);
  }

  /** Draws times from a law and ends them at limits; empty if no failure is left. */
  Optional<Sample> draw(RealDistribution law, int times, RandomGenerator random) {
    double[] failures = new double[times];
    double[] censored = new double[times];
    int failed = 0;
    for (int i = 0; i < times; i++) {
      double time = Math.max(law.sample(), Double.MIN_NORMAL);
      double limit = limit(random);
      if (time <= limit) {
        failures[failed++] = time;
      } else {
        censored[i - failed] = limit;
      }
    }
    return failed == 0
        ? Optional.empty()
        : Optional.of(
            Sample.censored(
                Arrays.copyOf(failures, failed), Arrays.copyOf(censored, times - failed)));
  }

  private double limit(RandomGenerator random) {
    if (seconds.length == 0) {
      return Double.POSITIVE_INFINITY;
    }
    int at = Arrays.binarySearch(cumulated, random.nextDouble());
    int index = at < 0 ? -at - 1 : at + 1;
    return index < seconds.length ? seconds[index] : Double.POSITIVE_INFINITY;
  }
}
