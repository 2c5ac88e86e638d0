// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import org.apache.commons.math3.special.Erf;

/** The standard normal distribution. */
final class Normal {
  private Normal() {}

  /** Probability of a value of at most this. */
  static double below(double deviations) {
    return Erf.erfc(-deviations / Math.sqrt(2)) / 2;
  }
}
