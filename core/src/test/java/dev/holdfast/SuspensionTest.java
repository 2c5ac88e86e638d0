// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is a suspension and what only looks like one, on clocks that the test moves. */
final class SuspensionTest {
  private static final long S = 1_000_000_000L;

  private final List<Long> noticed = new ArrayList<>();
  private long nowNs = 7 * S;
  private long cpuNs;
  private boolean cpuKnown = true;
  private final Suspension suspension = new Suspension(() -> nowNs, this::cpu, noticed::add);

  private OptionalLong cpu() {
    return cpuKnown ? OptionalLong.of(cpuNs) : OptionalLong.empty();
  }

  private void passes(double seconds, double busyThreads) {
    nowNs += (long) (seconds * S);
    cpuNs += (long) (seconds * busyThreads * S);
  }

  /** A rest of a second that nothing disturbs. */
  private void rest(double busyThreads) {
    suspension.rest(S);
    passes(1, busyThreads);
    suspension.woke();
  }

  @Test
  void stoppedWithinARest_isNoticedWithoutWhatRanBefore() {
    for (double threads : new double[] {0.5, 1, 64}) {
      noticed.clear();
      rest(threads);
      suspension.rest(S);
      passes(0.25, threads);
      passes(60, 0);
      suspension.woke();
      assertEquals(List.of(60 * S), noticed, threads + " threads");
    }
  }

  @Test
  void stoppedWhileNothingComputes_isNoticedToASecond() {
    rest(0);
    suspension.rest(S);
    passes(10, 0);
    suspension.woke();
    assertEquals(List.of(10 * S), noticed);
  }

  @Test
  void oversleptLittle_isNoSuspension() {
    rest(1);
    suspension.rest(S);
    passes(4.9, 0);
    suspension.woke();
    assertEquals(List.of(), noticed);
  }

  @Test
  void oversleptWhileCpuTimeWasUsed_isNoSuspension() {
    for (double threads : new double[] {1, 2, 64}) {
      rest(threads);
      suspension.rest(S);
      passes(30, threads);
      suspension.woke();
    }
    assertEquals(List.of(), noticed, "such as a long collection of garbage");
  }

  @Test
  void timeWithoutARest_isNotJudged() {
    rest(1);
    passes(60, 0); // in a file system that hangs
    suspension.look();
    rest(1);
    assertEquals(List.of(), noticed);
  }

  @Test
  void look_byAnotherThread_noticesOnceWhatTheRestingOneHasNotSeen() {
    rest(1);
    suspension.rest(S);
    passes(0.5, 1);
    suspension.look();
    assertEquals(List.of(), noticed);
    passes(20, 0);
    suspension.look();
    suspension.look();
    suspension.woke();
    assertEquals(List.of(20 * S), noticed);
  }

  @Test
  void twoSuspensions_areNoticedEach() {
    rest(1);
    for (int i = 0; i < 2; i++) {
      suspension.rest(S);
      passes(0.5, 1);
      passes(8 + i, 0);
      suspension.woke();
      rest(1);
    }
    assertEquals(List.of(8 * S, 9 * S), noticed);
  }

  @Test
  void unknownCpuTime_nothingIsNoticed() {
    cpuKnown = false;
    suspension.rest(S);
    passes(60, 0);
    suspension.look();
    suspension.woke();
    assertEquals(List.of(), noticed);
  }
}
