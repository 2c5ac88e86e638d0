// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/**
 * What something that recurs costs, in seconds: an exponentially weighted mean for the interval,
 * which depends on nothing but the mean, and quantiles of the latest values for deadlines.
 *
 * <p>One stall of a file system must not lengthen the interval for an hour: a value above three
 * times the median of the latest counts as that much in the mean. Quantiles take every value as it
 * was.
 *
 * <p>Not safe for use by several threads.
 */
public final class RunningCost {
  /** Weight of the newest value in the mean. */
  private static final double NEWEST = 0.3;

  private static final int LATEST = 50;
  private static final double MEDIANS_MAX = 3;

  /** With fewer values than this their median says too little to call one an outlier. */
  private static final int VALUES_FOR_MEDIAN = 5;

  private final DescriptiveStatistics latest = new DescriptiveStatistics(LATEST);
  private double mean;
  private long count;

  /** Nothing measured. */
  public RunningCost() {}

  /**
   * Goes on from an earlier mean.
   *
   * @param meanSeconds finite, 0 or more
   * @param count how many values it stands for, 0 or more; with 0 the mean is only assumed, and the
   *     first value replaces it
   */
  public RunningCost(double meanSeconds, long count) {
    this.mean = Check.nonNegative("meanSeconds", meanSeconds);
    this.count = count;
  }

  /** Adds a value: finite, 0 or more. */
  public void add(double seconds) {
    Check.nonNegative("seconds", seconds);
    double counted =
        latest.getN() < VALUES_FOR_MEDIAN
            ? seconds
            : Math.min(seconds, MEDIANS_MAX * latest.getPercentile(50));
    latest.addValue(seconds);
    mean = count == 0 ? counted : mean + NEWEST * (counted - mean);
    count++;
  }

  /** The weighted mean; what was assumed while nothing is measured. */
  public double meanSeconds() {
    return mean;
  }

  /** How many values have been added, those of the earlier mean included. */
  public long count() {
    return count;
  }

  /**
   * What this share of the latest 50 values stayed below; the mean while there are none. With few
   * values it is the largest of them.
   *
   * @param share above 0, at most 1, such as 0.99
   */
  public double quantileSeconds(double share) {
    return latest.getN() == 0 ? mean : latest.getPercentile(100 * share);
  }
}
