// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import org.HdrHistogram.Histogram;

/**
 * One quantity over all simulated jobs: moments exactly, percentiles to three digits. Two parts
 * merge to the same bits whenever they are merged in the same order.
 */
public final class Distribution {
  private static final int DIGITS = 3;

  /** Times are kept to the microsecond, counts as they are. */
  private static final double TICKS_PER_SECOND = 1e6;

  private static final double TICKS_PER_EVENT = 1;
  private static final long TICKS_MAX = Long.MAX_VALUE / 4;
  private static final double NORMAL_95 = 1.959963984540054;

  private final Histogram ticks = new Histogram(DIGITS);
  private final double ticksPerUnit;
  private long count;
  private double mean;
  private double squares;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  private Distribution(double ticksPerUnit) {
    this.ticksPerUnit = ticksPerUnit;
  }

  static Distribution ofSeconds() {
    return new Distribution(TICKS_PER_SECOND);
  }

  static Distribution ofCounts() {
    return new Distribution(TICKS_PER_EVENT);
  }

  void add(double value) {
    count++;
    double delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    least = Math.min(least, value);
    most = Math.max(most, value);
    ticks.recordValue((long) Math.min(value * ticksPerUnit, (double) TICKS_MAX));
  }

  void add(Distribution other) {
    if (other.count == 0) {
      return;
    }
    double delta = other.mean - mean;
    long both = count + other.count;
    mean += delta * other.count / both;
    squares += other.squares + delta * delta * ((double) count * other.count / both);
    count = both;
    least = Math.min(least, other.least);
    most = Math.max(most, other.most);
    ticks.add(other.ticks);
  }

  /** How many jobs. */
  public long count() {
    return count;
  }

  /** The mean. */
  public double mean() {
    return mean;
  }

  /** The standard deviation of one job; 0 for a single one. */
  public double standardDeviation() {
    return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
  }

  /** The standard error of the mean. */
  public double standardError() {
    return count == 0 ? 0 : standardDeviation() / Math.sqrt((double) count);
  }

  /** Half the width of the 95 % confidence interval of the mean. */
  public double halfWidth95() {
    return NORMAL_95 * standardError();
  }

  /**
   * What this share of the jobs does not exceed, to three digits; of a single job, its value.
   *
   * @param percent 0 to 100
   */
  public double percentile(double percent) {
    return Math.clamp(ticks.getValueAtPercentile(percent) / ticksPerUnit, least, most);
  }
}
