// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Repeated measurements of one thing. */
public final class Sample {
  private final double[] sorted;

  public Sample(double... values) {
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  public Sample(List<Double> values) {
    this(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  public double median() {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  public double least() {
    return sorted[0];
  }

  public double most() {
    return sorted[sorted.length - 1];
  }
}
