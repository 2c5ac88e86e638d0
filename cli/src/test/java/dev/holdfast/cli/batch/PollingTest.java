// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PollingTest {
  private static final Duration RESERVE = Duration.ofMinutes(3);

  private final SetTime time = new SetTime("2026-11-21T00:00:00Z");

  private static String withEnd(String end) {
    return SlurmRecorded.JOB.replace("EndTime=2026-11-21T00:55:04", "EndTime=" + end);
  }

  private static RecordedCommands site(String end) {
    return SlurmRecorded.site(withEnd(end));
  }

  private static long asked(RecordedCommands commands) {
    return commands.calls().stream().filter(c -> c.startsWith("scontrol show job")).count();
  }

  /** The seconds at which it asks. */
  private List<Long> run(Polling polling, long seconds) {
    List<Long> moments = new ArrayList<>();
    for (long second = 0; second < seconds; second++) {
      if (polling.poll(RESERVE)) {
        moments.add(second);
      }
      time.pass(Duration.ofSeconds(1));
    }
    return moments;
  }

  @Test
  void tenHours_takeSomeSixtyQuestions_aboutTenMinutesApart() {
    long seed = 7;
    RecordedCommands commands = site("2026-11-21T10:00:00");
    BatchJob job = BatchJob.find(SlurmRecorded.ENVIRONMENT, commands, time);
    List<Long> moments = run(new Polling(job, time, new SplittableRandom(seed)), 36_000);
    assertEquals(0, moments.getFirst());
    assertEquals(moments.size(), asked(commands));
    assertTrue(moments.size() >= 50 && moments.size() <= 77, moments.toString());
    Set<Long> gaps = new HashSet<>();
    boolean last = false;
    for (int i = 1; i < moments.size(); i++) {
      long gap = moments.get(i) - moments.get(i - 1);
      last |= moments.get(i) == 36_000 - 4 * 60;
      assertTrue(gap <= 721, "seed " + seed + ": " + moments);
      assertTrue(gap >= 480 || moments.get(i) == 36_000 - 4 * 60, "seed " + seed + ": " + moments);
      gaps.add(gap);
    }
    assertTrue(last, "asked once a minute before the reserve begins: " + moments);
    assertTrue(gaps.size() > 5, "with jitter: " + gaps);
  }

  @Test
  void twoJobs_doNotAskTogether() {
    List<List<Long>> runs = new ArrayList<>();
    for (long seed = 1; seed <= 2; seed++) {
      BatchJob job = BatchJob.find(SlurmRecorded.ENVIRONMENT, site("2026-11-22T10:00:00"), time);
      runs.add(run(new Polling(job, time, new SplittableRandom(seed)), 3_600));
    }
    assertNotEquals(runs.getFirst(), runs.getLast());
  }

  @Test
  void nearTheEnd_isAskedOnce_andAgainNearAnEndThatHasMoved() {
    RecordedCommands commands =
        SlurmRecorded.site(withEnd("2026-11-21T00:10:00"), withEnd("2026-11-21T00:30:00"));
    BatchJob job = BatchJob.find(SlurmRecorded.ENVIRONMENT, commands, time);
    List<Long> moments = run(new Polling(job, time, new SplittableRandom(1)), 1_800);
    assertEquals(List.of(0L, 360L), moments.subList(0, 2));
    assertTrue(moments.contains(1_560L), moments.toString());
    assertTrue(moments.size() <= 6, moments.toString());
  }

  @Test
  void outsideABatchJob_nobodyIsAsked() {
    RecordedCommands commands = new RecordedCommands();
    BatchJob job = BatchJob.find(Map.of("PATH", "/usr/bin"), commands, time);
    assertEquals(List.of(), run(new Polling(job, time, new SplittableRandom(1)), 3_600));
    assertEquals(List.of(), commands.calls());
    assertFalse(job.inBatch());
  }
}
