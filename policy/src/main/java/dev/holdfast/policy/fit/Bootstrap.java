// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.fit;

/**
 * How the fit of a law is tested: by as many samples drawn from it as this says.
 *
 * @param replicates how many samples; 0 for no test
 * @param seed of the random numbers; the same seed gives the same p-values
 */
public record Bootstrap(int replicates, long seed) {
  /** Draws that take about a second, all laws together. */
  private static final int TIMES_MAX = 400_000;

  private static final int REPLICATES_MAX = 500;
  private static final int REPLICATES_MIN = 50;

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if there are fewer than 0 or more than a million replicates
   */
  public Bootstrap {
    if (replicates < 0 || replicates > 1_000_000) {
      throw new IllegalArgumentException(
          "replicates is " + replicates + ": it must be 0 to 1000000");
    }
  }

  /** No test. */
  public static Bootstrap none() {
    return new Bootstrap(0, 0);
  }

  /**
   * As many replicates as about a second allows, at most 500; none for a sample so large that the
   * test would take longer, and reject every law for deviations that do not matter.
   */
  public static Bootstrap fitting(Sample sample, long seed) {
    int times = sample.failures() + sample.censored();
    int affordable = Math.min(REPLICATES_MAX, TIMES_MAX / times);
    return new Bootstrap(affordable < REPLICATES_MIN ? 0 : affordable, seed);
  }
}
