// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When strikes come. */
final class MomentsTest {
  private static List<Double> draw(Moments moments, long seed, int count) {
    Moments.Sequence sequence = moments.draw(new SplittableRandom(seed));
    List<Double> drawn = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      drawn.add(sequence.next());
    }
    return drawn;
  }

  @Test
  void rate_given_gapsAreExponential() {
    int count = 200_000;
    List<Double> moments = draw(Moments.ofRate(3, Integer.MAX_VALUE), 5, count);
    assertEquals(3, moments.getLast() / count, 4 * 3 / Math.sqrt(count));
    int longer = 0; // than the mean: e^-1 of them
    for (int i = 1; i < count; i++) {
      longer += moments.get(i) - moments.get(i - 1) > 3 ? 1 : 0;
    }
    double share = Math.exp(-1);
    assertEquals(share, (double) longer / count, 4 * Math.sqrt(share * (1 - share) / count));
  }

  @Test
  void number_given_allLieInTheWindowInOrder() {
    List<Double> moments = draw(Moments.within(10, 20), 7, 21);
    assertEquals(Double.POSITIVE_INFINITY, moments.getLast());
    assertTrue(moments.get(19) < 10);
    for (int i = 1; i < moments.size(); i++) {
      assertTrue(moments.get(i) >= moments.get(i - 1));
    }
  }

  @Test
  void limit_given_nothingComesAfterIt() {
    List<Double> moments = draw(Moments.ofRate(1, 2), 1, 3);
    assertTrue(moments.get(1) < Double.POSITIVE_INFINITY);
    assertEquals(Double.POSITIVE_INFINITY, moments.get(2));
  }

  @Test
  void seed_same_drawsTheSame() {
    assertEquals(draw(Moments.within(9, 9), 4, 9), draw(Moments.within(9, 9), 4, 9));
    assertEquals(draw(Moments.ofRate(9, 9), 4, 9), draw(Moments.ofRate(9, 9), 4, 9));
  }
}
