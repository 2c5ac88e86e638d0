// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

/**
 * Times to failure, and times after which there was no failure yet (right-censored: the time to
 * failure is longer, nobody knows by how much). Sorted; equal times are kept once, with their
 * count, because a log in whole minutes repeats a few hundred values thousands of times.
 */
public final class Sample {
  private final Times failures;
  private final Times censored;

  private Sample(Times failures, Times censored) {
    this.failures = failures;
    this.censored = censored;
  }

  /**
   * Times that all ended in a failure.
   *
   * @param failureSeconds each finite and greater than 0; at least one
   * @throws IllegalArgumentException if there is none, or one is out of range
   */
  public static Sample of(double[] failureSeconds) {
    return censored(failureSeconds, new double[0]);
  }

  /**
   * Times that ended in a failure, and times that ended without one.
   *
   * @param failureSeconds each finite and greater than 0; at least one
   * @param censoredSeconds each finite and greater than 0; may be empty
   * @throws IllegalArgumentException if there is no failure, or a time is out of range
   */
  public static Sample censored(double[] failureSeconds, double[] censoredSeconds) {
    if (failureSeconds.length == 0) {
      throw new IllegalArgumentException("a sample needs at least one failure");
    }
    return new Sample(Times.of(failureSeconds), Times.of(censoredSeconds));
  }

  /** How many times ended in a failure. */
  public int failures() {
    return failures.total();
  }

  /** How many times ended without one. */
  public int censored() {
    return censored.total();
  }

  /** All times together. */
  public double totalSeconds() {
    return failures.sum() + censored.sum();
  }

  /** Time under risk per failure; without censoring the plain mean. */
  public double meanSeconds() {
    return totalSeconds() / failures();
  }

  /** The distinct times that ended in a failure. */
  Times failureTimes() {
    return failures;
  }

  /** The distinct times that ended without one. */
  Times censoredTimes() {
    return censored;
  }

  /** The distinct times that ended in a failure, ascending. */
  public double[] distinctFailureSeconds() {
    return failures.values();
  }

  /**
   * The estimated probability of living longer than each of {@link #distinctFailureSeconds}, by
   * Kaplan and Meier; without censoring the share of longer times. A time that is censored when
   * another fails was still under risk then.
   */
  public double[] survivals() {
    double[] survivals = new double[failures.distinct()];
    int atRisk = failures.total() + censored.total();
    int next = 0; // the first censored time that is still at risk
    double survival = 1;
    for (int i = 0; i < survivals.length; i++) {
      while (next < censored.distinct() && censored.value(next) < failures.value(i)) {
        atRisk -= censored.count(next++);
      }
      survival *= (double) (atRisk - failures.count(i)) / atRisk;
      atRisk -= failures.count(i);
      survivals[i] = survival;
    }
    return survivals;
  }

  /** With so few different censored times that sums over them are cheap, see {@link Times}. */
  Sample condensed() {
    return new Sample(failures, censored.grouped());
  }

  /** Every time divided by a unit. */
  Sample in(double unitSeconds) {
    return new Sample(failures.in(unitSeconds), censored.in(unitSeconds));
  }
}
