// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureProcessTest {
  private static final long SEED = 20261122;

  /** Kolmogorov-Smirnov against the survival function, which the samplers do not use. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exponential",
        "weibull:0.5",
        "weibull:2",
        "lognormal:1.5",
        "gamma:0.5",
        "gamma:3"
      })
  void renewal_drawsFromItsLaw(String text) {
    FailureLaw law = FailureLaw.parse(text, 1000);
    FailureStream stream = FailureProcess.renewal(law).stream(new SplittableRandom(SEED));
    int n = 20_000;
    double[] gaps = new double[n];
    for (int i = 0; i < n; i++) {
      double now = i * 1e-3;
      gaps[i] = stream.nextAfter(now) - now;
    }
    Arrays.sort(gaps);
    double distance = 0;
    for (int i = 0; i < n; i++) {
      double below = 1 - law.survival(gaps[i]);
      distance = Math.max(distance, Math.max((i + 1.0) / n - below, below - (double) i / n));
    }
    assertTrue(distance < 1.95 / Math.sqrt(n), text + ": distance " + distance + " seed " + SEED);
  }

  /** Whatever the law of a node, failures of many nodes of mixed age come at p / mean. */
  @Test
  void nodes_ofExponentialLaw_failAsOne() {
    FailureStream stream =
        FailureProcess.nodes(100, new Exponential(100_000), 0).stream(new SplittableRandom(SEED));
    assertEquals(1000, meanGap(stream, 50_000), 4 * 1000 / Math.sqrt(50_000));
  }

  /** A new machine with infant mortality fails far more often than an old one. */
  @Test
  void nodes_newAndOldOfWeibullLaw_differ() {
    FailureLaw law = FailureLaw.parse("weibull:0.7", 1e6);
    double young =
        meanGap(FailureProcess.nodes(1000, law, 0).stream(new SplittableRandom(SEED)), 100);
    double old =
        meanGap(FailureProcess.nodes(1000, law, 3e6).stream(new SplittableRandom(SEED)), 100);
    assertTrue(young < 0.5 * old, young + " against " + old);
    double steady =
        meanGap(FailureProcess.nodes(1000, law, 3e6).stream(new SplittableRandom(SEED)), 200_000);
    assertEquals(1000, steady, 100);
  }

  private static double meanGap(FailureStream stream, int failures) {
    double now = 0;
    for (int i = 0; i < failures; i++) {
      now = stream.nextAfter(now);
    }
    return now / failures;
  }

  @Test
  void nodes_thatFailInDowntime_areRepairedInIt() {
    FailureStream stream =
        FailureProcess.nodes(10, new Exponential(100), 0).stream(new SplittableRandom(SEED));
    double now = 0;
    for (int i = 0; i < 1000; i++) {
      double failure = stream.nextAfter(now);
      assertTrue(failure > now);
      now = failure + 500;
    }
  }

  @Test
  void bursts_shortenTheMeanGapAsTheyShould() {
    FailureStream stream =
        FailureProcess.bursts(new Exponential(1000), 0.5, 10).stream(new SplittableRandom(SEED));
    assertEquals(505, meanGap(stream, 100_000), 10);
  }

  @Test
  void trace_replaysItsInstants_andPassesOverThoseInDowntime() {
    FailureStream stream =
        FailureProcess.trace(new double[] {10, 20, 30}).stream(new SplittableRandom(1));
    assertEquals(10, stream.nextAfter(0));
    assertEquals(30, stream.nextAfter(25));
    assertThrows(TraceEndedException.class, () -> stream.nextAfter(30));
  }

  @Test
  void trace_emptyOrUnsorted_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> FailureProcess.trace(new double[0]));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> FailureProcess.trace(new double[] {10, 30, 20}));
    assertTrue(String.valueOf(e.getMessage()).contains("failure 3 at 20.0 s does not follow 30.0"));
  }
}
