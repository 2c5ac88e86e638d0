// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Sorted distinct times with their counts. */
final class Times {
  private static final int GROUPED_ABOVE = 5000;
  private static final double GROUP_WIDTH = 1.0 / 256;

  private final double[] seconds;
  private final int[] counts;
  private final int total;

  private Times(double[] seconds, int[] counts, int total) {
    this.seconds = seconds;
    this.counts = counts;
    this.total = total;
  }

  /**
   * @throws IllegalArgumentException if a value is not finite or not greater than 0
   */
  static Times of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    int[] counts = new int[sorted.length];
    for (double value : sorted) {
      if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "a time is " + value + " seconds: it must be finite and greater than 0");
      }
      if (distinct == 0 || sorted[distinct - 1] != value) {
        sorted[distinct++] = value;
      }
      counts[distinct - 1]++;
    }
    return new Times(
        Arrays.copyOf(sorted, distinct), Arrays.copyOf(counts, distinct), values.length);
  }

  Times in(double unit) {
    return new Times(Arrays.stream(seconds).map(t -> t / unit).toArray(), counts, total);
  }

  /**
   * These times with near neighbours in one, at their mean, if there are too many to sum over again
   * and again. A sum of a smooth function changes by a few millionths: neighbours differ by less
   * than {@link #GROUP_WIDTH}, and the mean makes the first order vanish.
   */
  Times grouped() {
    if (distinct() <= GROUPED_ABOVE) {
      return this;
    }
    double[] means = new double[distinct()];
    int[] sizes = new int[distinct()];
    int groups = 0;
    int i = 0;
    while (i < distinct()) {
      double limit = seconds[i] * (1 + GROUP_WIDTH);
      double sum = 0;
      int size = 0;
      for (; i < distinct() && seconds[i] <= limit; i++) {
        sum += counts[i] * seconds[i];
        size += counts[i];
      }
      means[groups] = sum / size;
      sizes[groups++] = size;
    }
    return new Times(Arrays.copyOf(means, groups), Arrays.copyOf(sizes, groups), total);
  }

  /** How many times, equal ones counted each. */
  int total() {
    return total;
  }

  int distinct() {
    return seconds.length;
  }

  double value(int i) {
    return seconds[i];
  }

  int count(int i) {
    return counts[i];
  }

  double[] values() {
    return seconds.clone();
  }

  /** The largest value, 0 if there is none. */
  double max() {
    return seconds.length == 0 ? 0 : seconds[seconds.length - 1];
  }

  /** Sum of a function over all times, equal ones counted each. */
  double sum(DoubleUnaryOperator term) {
    double sum = 0;
    for (int i = 0; i < seconds.length; i++) {
      sum += counts[i] * term.applyAsDouble(seconds[i]);
    }
    return sum;
  }

  double sum() {
    return sum(t -> t);
  }
}
