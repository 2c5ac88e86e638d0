// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.stream.DoubleStream;

/**
 * What an axis shows, from low to high.
 *
 * @param low below high; above 0 on a logarithmic scale
 */
record Span(Chart.Scale scale, double low, double high) {

  /** The span of the values the scale has a place for, widened if they are all the same. */
  static Span of(Chart.Scale scale, DoubleStream values) {
    var summary = values.filter(v -> shows(scale, v)).summaryStatistics();
    if (summary.getCount() == 0) {
      return new Span(scale, 1, 10);
    }
    Span span = new Span(scale, summary.getMin(), summary.getMax());
    boolean flat = !(span.high - span.low > 1e-9 * Math.abs(span.high));
    return flat ? span.around() : span;
  }

  /** Whether a value has a place on a scale. */
  static boolean shows(Chart.Scale scale, double value) {
    return Double.isFinite(value) && (scale == Chart.Scale.LINEAR || value > 0);
  }

  private Span around() {
    return scale == Chart.Scale.LOG
        ? new Span(scale, low / 2, high * 2)
        : new Span(scale, low - 1, high + 1);
  }

  /** Where a value is: 0 at the low end, 1 at the high end. */
  double share(double value) {
    return (distance(value) - distance(low)) / (distance(high) - distance(low));
  }

  /** The value at a share of the way, which may be below 0 or above 1. */
  double at(double share) {
    double distance = distance(low) + share * (distance(high) - distance(low));
    return scale == Chart.Scale.LOG ? Math.exp(distance) : distance;
  }

  private double distance(double value) {
    return scale == Chart.Scale.LOG ? Math.log(value) : value;
  }
}
