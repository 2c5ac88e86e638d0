// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import static dev.holdfast.testing.RehearsalTest.STEPS;
import static dev.holdfast.testing.RehearsalTest.assertSays;
import static dev.holdfast.testing.RehearsalTest.difference;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.Body;
import dev.holdfast.DoubleCell;
import java.util.Random;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators that no leg makes anew are put back, to the bit. */
@Timeout(60)
final class StaticGeneratorTest {
  static final Random RANDOM = new Random(3);

  @Test
  void staticRandom_isFoundAndNamed() {
    Body body =
        hf -> {
          DoubleCell x = hf.cell("x", 0.0);
          for (long _ : hf.steps(STEPS)) {
            x.set(x.get() + RANDOM.nextGaussian());
          }
        };
    assertSays(
        difference(body),
        "region \"x\" differs: ",
        "cause: static field StaticGeneratorTest.RANDOM (a java.util.Random, further on)");
    assertEquals(new Random(3).nextGaussian(), RANDOM.nextGaussian()); // put back
  }

  @Test
  void capturedGenerator_isFoundAndNamed() {
    UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(5);
    Body body =
        hf -> {
          DoubleCell x = hf.cell("x", 0.0);
          for (long _ : hf.steps(STEPS)) {
            x.set(x.get() + random.nextDouble());
          }
        };
    assertSays(
        difference(body), "cause: captured UniformRandomProvider (a org.apache.commons.rng.");
  }
}
