// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import dev.holdfast.policy.Situation;
import dev.holdfast.storage.format.VersionInfo.Costs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a checkpoint is due, on a clock that is made up. */
final class PacerTest {
  private static final long S = 1_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final double DAY = 86_400;

  private static Pacer pacer(CheckpointPolicy policy) {
    Pacer pacer = ofJob(policy, Long.MAX_VALUE);
    pacer.begin(0, 0, 1_000_000, 0);
    return pacer;
  }

  private static Pacer ofJob(CheckpointPolicy policy, long endNs) {
    return new Pacer(new Pacer.Wanted(policy, DAY, endNs), new Metrics(), () -> Pacer.Past.NONE);
  }

  private static CheckpointPolicy fixed(long seconds) {
    return CheckpointPolicy.fixed(Duration.ofSeconds(seconds));
  }

  /** A version of {@code costMs}, captured at {@code atNs} after so many steps, and committed. */
  private static void checkpoint(Pacer pacer, long atNs, long costMs, long steps) {
    pacer.writing();
    pacer.captured(atNs, atNs + costMs * MS, steps);
    pacer.written(atNs + costMs * MS, true, costMs * 1e-3);
  }

  @Test
  void firstCheckpoint_noStepTimeKnown_isDueAfterTheInterval() {
    Pacer pacer = pacer(fixed(10));
    assertEquals(10 * S, pacer.untilDueNs(0));
    assertEquals(4 * S, pacer.untilDueNs(6 * S));
    assertEquals(0, pacer.untilDueNs(10 * S));
    assertEquals(0, pacer.untilDueNs(15 * S));
  }

  @Test
  void interval_countsFromTheEndOfTheCheckpoint() {
    Pacer pacer = pacer(fixed(10));
    checkpoint(pacer, 10 * S, 500, 0);
    assertEquals(10 * S, pacer.untilDueNs(10 * S + 500 * MS));
  }

  @Test
  void boundary_nearestToTheIntervalsEnd_isTaken() {
    Pacer pacer = pacer(fixed(10));
    checkpoint(pacer, 12 * S, 0, 3); // steps of 4 s
    // Half a step before the interval's end: a boundary at 7.9 s is farther from it than the next.
    assertTrue(pacer.untilDueNs(12 * S + 7_900 * MS) > 0);
    assertEquals(0, pacer.untilDueNs(12 * S + 8_100 * MS));
    assertEquals(4, pacer.costs().stepSeconds());
  }

  @Test
  void policy_isAskedOncePerInterval() {
    AtomicInteger asked = new AtomicInteger();
    Pacer pacer = pacer(now -> 10 + asked.getAndIncrement());
    for (int i = 0; i < 5; i++) {
      assertEquals(10 * S, pacer.untilDueNs(0));
    }
    checkpoint(pacer, 10 * S, 0, 0);
    assertEquals(11 * S, pacer.untilDueNs(10 * S));
  }

  @Test
  void policy_isToldTheIntervalInForceAndWhatWasMeasured() {
    List<JobState> told = new ArrayList<>();
    JobState.Exposure exposure = new JobState.Exposure(7200, 2, 60);
    Pacer pacer =
        new Pacer(
            new Pacer.Wanted(
                now -> {
                  told.add(now);
                  return 42;
                },
                DAY,
                1000 * S),
            new Metrics(),
            () -> new Pacer.Past(exposure, 90));
    pacer.begin(0, 0, 100_000_000, 5);
    assertEquals(42, pacer.workIntervalSeconds());
    checkpoint(pacer, 40 * S, 500, 10);
    assertEquals(42, pacer.workIntervalSeconds());
    assertEquals(new Situation(0.1, DAY, 5, 90), told.getFirst().situation());
    assertEquals(0, told.getFirst().intervalSeconds());
    // Nothing measured: copy at 1 GB/s and write at 100 MB/s, twice.
    assertEquals(new JobState.Allocation(1000, 2.2), told.getFirst().allocation());
    JobState second = told.get(1);
    assertEquals(new Situation(0.5, DAY, 5, 90), second.situation());
    assertEquals(new JobState.Step(4, 4), second.step());
    assertEquals(exposure, second.exposure());
    assertEquals(42, second.intervalSeconds());
    assertEquals(959.5, second.allocation().leftSeconds());
  }

  @Test
  void allocation_endsOneHighStepAndAReserveEarly() {
    Metrics metrics = new Metrics();
    for (int i = 0; i < 30; i++) {
      metrics.captured(S);
      metrics.committed(2 * S, 1);
    }
    Pacer pacer =
        new Pacer(new Pacer.Wanted(fixed(3600), DAY, 100 * S), metrics, () -> Pacer.Past.NONE);
    pacer.goOnFrom(new Costs(1, 2, 0, 10, 30, 0, 0));
    pacer.begin(0, 0, 1, 0);
    assertEquals(87, pacer.untilLastBoundaryNs(0) * 1e-9, 0.1);
    assertEquals(0, pacer.untilLastBoundaryNs(88 * S));
    assertEquals(Long.MAX_VALUE, pacer(fixed(10)).untilLastBoundaryNs(88 * S));
  }

  @Test
  void stepsOf20Minutes_with25Left_checkpointAfterOne() {
    long minute = 60 * S;
    Pacer pacer = ofJob(CheckpointPolicy.walltime(), 25 * minute);
    pacer.goOnFrom(new Costs(30, 60, 0, 1200, 1, 0, 0));
    pacer.begin(0, 0, 1_000_000, 0);
    assertEquals(1200, pacer.workIntervalSeconds());
    assertEquals(10 * minute, pacer.untilDueNs(0), "at the boundary nearest to the interval's end");
    assertTrue(pacer.untilLastBoundaryNs(0) > 0, "one step fits");
    assertEquals(0, pacer.untilLastBoundaryNs(20 * minute), "a second does not");
  }

  @Test
  void costAndStepTime_followSlowly() {
    Pacer pacer = pacer(fixed(10));
    checkpoint(pacer, 10 * S, 1_000, 10);
    assertEquals(1, pacer.costs().blockedSeconds(), 1e-9);
    assertEquals(1, pacer.costs().stepSeconds(), 1e-9);
    checkpoint(pacer, 31 * S, 2_000, 20); // steps of 2 s
    assertEquals(1.3, pacer.costs().blockedSeconds(), 1e-9);
    assertEquals(1.3, pacer.costs().stepSeconds(), 1e-9);
    assertEquals(1.3, pacer.costs().durableSeconds(), 1e-9);
    assertEquals(2, pacer.costs().samples());
  }

  @Test
  void cost_includesWhatTheLoopHasPaidBefore_whichMovesNoInterval() {
    Pacer pacer = pacer(fixed(10));
    pacer.captured(10 * S, 10 * S + 500 * MS, 1, 250 * MS);
    assertEquals(0.75, pacer.costs().blockedSeconds(), 1e-9);
    assertEquals(10, pacer.costs().stepSeconds(), 1e-9);
    assertEquals(15 * S - 500 * MS, pacer.untilDueNs(1 * S)); // half a step before 20.5 s
  }

  @Test
  void versionBeingWritten_noneIsDue() {
    Pacer pacer = pacer(fixed(10));
    pacer.writing();
    pacer.captured(10 * S, 10 * S, 1);
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(1_000 * S));
    pacer.written(1_000 * S, true, 990);
    assertEquals(0, pacer.untilDueNs(1_000 * S));
  }

  @Test
  void notCaptured_besideAVersionBeingWritten_waitsForThatOneAllTheSame() {
    Pacer pacer = pacer(fixed(10));
    pacer.writing();
    pacer.captured(10 * S, 10 * S, 1);
    pacer.notCaptured(20 * S);
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(1_000 * S));
  }

  @Test
  void versionsBeingWritten_secondBesideTheFirst_bothEndBeforeOneIsDue() {
    Pacer pacer = pacer(fixed(10));
    pacer.writing();
    pacer.captured(10 * S, 10 * S, 1);
    pacer.writing();
    pacer.captured(11 * S, 11 * S, 2);
    pacer.written(900 * S, true, 890);
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(1_000 * S));
    pacer.written(1_000 * S, true, 100);
    assertEquals(0, pacer.untilDueNs(1_000 * S));
  }

  @Test
  void failures_backOffTwiceAsLongEachTimeUpToFiveMinutes() {
    Pacer pacer = pacer(fixed(3600));
    long now = 0;
    for (long expected : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
      pacer.writing();
      pacer.captured(now, now, 1);
      pacer.written(now, false, 1);
      assertEquals(expected * S, pacer.untilDueNs(now));
      now += expected * S;
      assertEquals(0, pacer.untilDueNs(now));
    }
    checkpoint(pacer, now, 0, 1);
    assertTrue(pacer.untilDueNs(now) > 3_000 * S, "back to the policy's interval");
  }

  @Test
  void failures_withoutEnd_neverOverflow() {
    Pacer pacer = pacer(fixed(3600));
    for (int i = 0; i < 100; i++) {
      pacer.written(0, false, 1);
      assertTrue(pacer.untilDueNs(0) <= 300 * S && pacer.untilDueNs(0) > 0, "failure " + i);
    }
  }

  @Test
  void neverPolicy_isNeverDue() {
    Pacer pacer = pacer(now -> Double.POSITIVE_INFINITY);
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(0));
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(Long.MAX_VALUE / 2));
  }

  @Test
  void unmeasuredCost_isAssumedFromTheSizeOfTheState() {
    Pacer pacer = ofJob(CheckpointPolicy.young(), Long.MAX_VALUE);
    pacer.begin(0, 0, 2_000_000_000L, 7);
    assertEquals(new Situation(2, DAY, 7, 0), pacer.state(0).situation());
    assertEquals(Math.sqrt(2 * 2 * DAY), pacer.workIntervalSeconds(), 1e-6);
  }

  @Test
  void costsOfEarlierAttempts_areUsedAtOnce() {
    Pacer pacer = ofJob(CheckpointPolicy.young(), Long.MAX_VALUE);
    pacer.goOnFrom(new Costs(3, 9, 1, 0.5, 40, 0, 0));
    pacer.begin(0, 1000, 2_000_000_000L, 5);
    assertEquals(new Situation(3, DAY, 5, 0), pacer.state(0).situation());
    assertEquals(40, pacer.costs().samples());
    assertEquals(0.5, pacer.costs().stepSeconds());
  }

  @Test
  void costs_tellWhatThePolicyPlansNext() {
    AtomicInteger asked = new AtomicInteger();
    Pacer pacer = pacer(now -> 10 + asked.getAndIncrement());
    pacer.writing();
    pacer.captured(10 * S, 11 * S, 10);
    assertEquals(10, pacer.costs().intervalSeconds());
    assertEquals(DAY, pacer.costs().mttfSeconds());
    pacer.written(12 * S, true, 1);
    assertEquals(10, pacer.workIntervalSeconds(), "asked once per interval");
    assertEquals(
        Double.POSITIVE_INFINITY, pacer(now -> Double.POSITIVE_INFINITY).costs().intervalSeconds());
  }

  @Test
  void costs_ofAPolicyThatFails_areToldWithoutAPlan() {
    Pacer pacer =
        pacer(now -> {
          throw new IllegalStateException("no table for this state");
        });
    assertEquals(0, pacer.costs().intervalSeconds());
    assertEquals(1e-3, pacer.costs().blockedSeconds(), 1e-9);
  }

  @Test
  void suspension_bringsOnlyTheEndOfTheAllocationNearer() {
    Pacer pacer = ofJob(fixed(10), 100 * S);
    pacer.begin(0, 0, 0, 0);
    checkpoint(pacer, 10 * S, 0, 10);
    long until = pacer.untilLastBoundaryNs(20 * S);
    long due = pacer.untilDueNs(12 * S);
    pacer.suspended(30 * S);
    assertEquals(until - 30 * S, pacer.untilLastBoundaryNs(20 * S));
    assertEquals(due, pacer.untilDueNs(12 * S));
    Pacer endless = pacer(fixed(10));
    endless.suspended(30 * S);
    assertEquals(Long.MAX_VALUE, endless.untilLastBoundaryNs(0));
  }

  @Test
  void interruptedCaptureAndWrite_areNoSamples() {
    Pacer pacer = pacer(fixed(10));
    checkpoint(pacer, 10 * S, 500, 10);
    Costs before = pacer.costs();
    pacer.writing();
    pacer.capturedInterrupted(90 * S, 12);
    assertEquals(Long.MAX_VALUE, pacer.untilDueNs(90 * S), "it is being written");
    pacer.writtenInterrupted(95 * S, true);
    assertEquals(before, pacer.costs());
    assertEquals(9_500 * MS, pacer.untilDueNs(90 * S), "half a step before the interval's end");
    pacer.writing();
    pacer.writtenInterrupted(99 * S, false);
    assertEquals(S, pacer.untilDueNs(99 * S), "a failure is tried again");
  }

  @Test
  void longGapWithoutSteps_doesNotSpoilTheStepTime() {
    Pacer pacer = pacer(fixed(10));
    checkpoint(pacer, 10 * S, 0, 10);
    checkpoint(pacer, 20 * S, 0, 10); // no step in between
    assertEquals(1, pacer.costs().stepSeconds(), 1e-9);
  }
}
