// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import java.util.random.RandomGenerator;
import org.apache.commons.math3.random.AbstractRandomGenerator;

/** The generator of the JDK as one of Commons Math, for its samplers. */
final class MathRandom extends AbstractRandomGenerator {
  private final RandomGenerator random;

  MathRandom(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public void setSeed(long seed) {
    throw new UnsupportedOperationException("a job's generator is seeded once");
  }

  @Override
  public double nextDouble() {
    return random.nextDouble();
  }

  @Override
  public double nextGaussian() {
    return random.nextGaussian();
  }
}
