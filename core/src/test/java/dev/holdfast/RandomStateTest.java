// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.rng.RandomProviderState;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStateTest {
  @ParameterizedTest
  @EnumSource(
      value = RandomSource.class,
      names = {
        "XO_RO_SHI_RO_128_PP",
        "MT",
        "JDK",
        "WELL_44497_B",
        "SPLIT_MIX_64",
        "KISS",
        "PCG_XSH_RR_32",
        "ISAAC",
        "L64_X128_MIX"
      })
  void commonsGenerator_continuesBitForBitInPlace(RandomSource source) {
    RestorableUniformRandomProvider rng = source.create(42L);
    rng.nextBoolean(); // leaves bits in a cache that belongs to the state
    rng.nextInt();
    StoredImage version = States.image(Regions.protect("rng", rng));
    long[] expected = draw(rng);
    RestorableUniformRandomProvider other = source.create(43L);
    States.restore(version, Regions.protect("rng", other));
    assertEquals(Arrays.toString(expected), Arrays.toString(draw(other)));
    RestorableUniformRandomProvider third = source.create(44L);
    States.restore(version, States.variable("rng", new Ref<>(third)));
    assertEquals(Arrays.toString(expected), Arrays.toString(draw(third)));
  }

  private static long[] draw(UniformRandomProvider rng) {
    return IntStream.range(0, 1000)
        .mapToLong(i -> i % 3 == 0 ? (rng.nextBoolean() ? 1 : 0) : rng.nextLong())
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void jdkRandom_withOrWithoutAGaussianHeldBack_continuesBitForBitInPlace(int gaussians) {
    Random rng = new Random(5);
    for (int i = 0; i < gaussians; i++) {
      rng.nextGaussian();
    }
    rng.nextInt();
    StoredImage version = States.image(Regions.protect("rng", rng));
    Random target = new Random(99);
    target.nextGaussian();
    States.restore(version, Regions.protect("rng", target));
    for (int i = 0; i < 1000; i++) {
      assertEquals(rng.nextGaussian(), target.nextGaussian());
      assertEquals(rng.nextLong(), target.nextLong());
      if (i % 2 == 0) {
        assertEquals(rng.nextGaussian(), target.nextGaussian());
      }
    }
  }

  @Test
  void jdkRandom_hotCodeThatHasSeenTheOldSeed_seesTheRestoredOne() {
    Random rng = new Random(1);
    StoredImage version = States.image(Regions.protect("rng", rng));
    long expected = sum(new Random(1));
    for (int i = 0; i < 20; i++) {
      sum(rng);
      States.restore(version, Regions.protect("rng", rng));
      assertEquals(expected, sum(rng));
    }
  }

  private static long sum(Random rng) {
    long sum = 0;
    for (int i = 0; i < 50_000; i++) {
      sum += rng.nextInt();
    }
    return sum;
  }

  @Test
  void otherGenerators_areRefusedWithTheReplacement() {
    for (Object rng :
        new Object[] {
          new SplittableRandom(1),
          RandomGenerator.of("L64X128MixRandom"),
          RandomGenerator.of("L32X64MixRandom"),
          RandomGenerator.of("Xoshiro256PlusPlus"),
          new SecureRandom(),
          ThreadLocalRandom.current(),
          new Random(1) {
            private static final long serialVersionUID = 1L;
          },
          (UniformRandomProvider) () -> 4L
        }) {
      assertRefused(() -> Regions.protect("rng", rng));
      assertRefused(() -> States.variable("rng", new Ref<>(rng)));
    }
  }

  private static void assertRefused(Executable declaration) {
    String message = States.message(assertThrows(IllegalArgumentException.class, declaration));
    assertTrue(message.contains("region rng"), message);
    assertTrue(message.contains("RandomSource.XO_RO_SHI_RO_128_PP.create(seed)"), message);
  }

  @Test
  void commonsGenerator_withAForeignState_isRefused() {
    RestorableUniformRandomProvider rng =
        new RestorableUniformRandomProvider() {
          @Override
          public RandomProviderState saveState() {
            return new RandomProviderState() {};
          }

          @Override
          public void restoreState(RandomProviderState state) {}

          @Override
          public long nextLong() {
            return 4;
          }
        };
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Regions.protect("rng", rng));
    assertTrue(States.message(e).contains("cannot be turned into bytes"));
  }
}
