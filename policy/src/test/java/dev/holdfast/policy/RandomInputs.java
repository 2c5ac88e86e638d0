// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.util.SplittableRandom;

/** Random inputs of models, extremes included. The caller names the seed in its messages. */
final class RandomInputs {
  private RandomInputs() {}

  /** C/M from 1e-12 to 100; R and D from none to 2 M. */
  static Situation situation(SplittableRandom random) {
    return situation(random, 1e-12, 100);
  }

  static Situation situation(SplittableRandom random, double ratioLow, double ratioHigh) {
    double mttf = logUniform(random, 1, 1e9);
    return new Situation(
        logUniform(random, ratioLow, ratioHigh) * mttf,
        mttf,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * mttf,
        random.nextBoolean() ? 0 : logUniform(random, 1e-6, 2) * mttf);
  }

  static double logUniform(SplittableRandom random, double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }
}
