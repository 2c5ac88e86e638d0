// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.util.SplittableRandom;

/**
 * The moments at which to strike, on a clock that stands still while the command does not run:
 * failures of a Poisson process. Either its rate is given, and the gaps are exponential; or their
 * number in a window, and they are uniform in it, which is the same process given that number.
 *
 * @param meanSeconds mean gap
 * @param count how many at most
 * @param window end of the window, Infinity for none
 */
record Moments(double meanSeconds, int count, double window) {

  static Moments ofRate(double meanSeconds, int countMax) {
    return new Moments(meanSeconds, countMax, Double.POSITIVE_INFINITY);
  }

  /** So many in a window. */
  static Moments within(double window, int count) {
    return new Moments(window / (count + 1), count, window);
  }

  boolean given() {
    return window == Double.POSITIVE_INFINITY;
  }

  /** The moments of one job, ascending; after the last one Infinity. */
  Sequence draw(SplittableRandom random) {
    if (given()) {
      return new Sequence() {
        private double last;
        private int drawn;

        @Override
        public double next() {
          last += meanSeconds * random.nextExponential();
          return drawn++ < count ? last : Double.POSITIVE_INFINITY;
        }
      };
    }
    double[] moments = random.doubles(count, 0, window).sorted().toArray();
    return new Sequence() {
      private int drawn;

      @Override
      public double next() {
        return drawn < count ? moments[drawn++] : Double.POSITIVE_INFINITY;
      }
    };
  }

  /** Moments, one after the other. */
  interface Sequence {
    double next();
  }
}
