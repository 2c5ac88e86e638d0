// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes that want the same store: one writes, the other is told by whom it is held. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class TakeoverTest {
  private static final Map<String, String> BREAK_LOCK = Map.of("HOLDFAST_BREAK_LOCK", "1");
  private static final Map<String, String> FIRST_RUN = Map.of("SLURM_JOB_ID", "12");
  private static final Map<String, String> RESTARTED =
      Map.of("SLURM_JOB_ID", "12", "SLURM_RESTART_COUNT", "1");

  @TempDir private Path temp;
  private final SoakReference reference = new SoakReference();

  @RepeatedTest(5)
  void zombie_suspendedAtAnyMoment_isFencedAndHarmsNothing(RepetitionInfo round) throws Exception {
    int rounds = Boolean.getBoolean("holdfast.soak") ? 40 : 1;
    for (int i = 0; i < rounds; i++) {
      Path directory = Files.createDirectory(temp.resolve("round" + i));
      suspendAndTakeOver(directory, round.getCurrentRepetition() + i);
    }
  }

  private void suspendAndTakeOver(Path directory, int versions) throws IOException {
    SoakJob job = new SoakJob(directory, versions % 2 == 0 ? "tick" : "steps", reference);
    try (ChildJvm first = job.start(Map.of())) {
      for (int i = 0; i < versions; i++) {
        job.heard(first.expect("ACK", job::heard));
      }
      first.signal("STOP");
      refuse(job, first);
      takeOver(job, BREAK_LOCK, first, () -> first.signal("CONT"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "open.unlink.after:1",
        "restore.read.middle:20",
        "output.write.middle:2",
        "version.link.before:2",
        "version.link.after:2",
        "version.list.after:2",
        "prune.rename.before:1"
      })
  void zombie_suspendedAtPoint_isFencedAndHarmsNothing(String point) throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    if (point.startsWith("restore")) {
      try (ChildJvm earlier = job.start(Map.of(), "target=20")) {
        assertEquals(0, earlier.awaitExit(job::heard), earlier.errors());
      }
    }
    try (ChildJvm first = job.start(Map.of(), "point=" + point)) {
      first.expect("AT", job::heard);
      takeOver(job, BREAK_LOCK, first, () -> first.send("go on"));
    }
  }

  /**
   * The daemon of a node dies and the scheduler begins the job again elsewhere, while the process
   * on that node goes on: at once, wherever in its work it is, or after having been suspended.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "runs on",
        "suspended",
        "open.unlink.after:1",
        "output.write.middle:2",
        "version.link.before:2",
        "version.list.after:2"
      })
  void zombie_whoseJobTheSchedulerBeganAgain_isFencedAndHarmsNothing(String moment)
      throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    boolean atPoint = moment.contains(":");
    try (ChildJvm first = job.start(FIRST_RUN, "point=" + (atPoint ? moment : "none:0"))) {
      if (atPoint) {
        first.expect("AT", job::heard);
        takeOver(job, RESTARTED, first, () -> first.send("go on"));
      } else {
        job.heard(first.expect("ACK", job::heard));
        if (moment.equals("suspended")) {
          first.signal("STOP");
          takeOver(job, RESTARTED, first, () -> first.signal("CONT"));
        } else {
          takeOver(job, RESTARTED, first, () -> {});
        }
      }
    }
  }

  @Test
  void restart_ofAnotherJobOfTheScheduler_isNoReasonToTakeOver() throws Exception {
    SoakJob job = new SoakJob(temp, "steps", reference);
    try (ChildJvm first = job.start(FIRST_RUN)) {
      job.heard(first.expect("ACK", job::heard));
      try (ChildJvm other = job.start(Map.of("SLURM_JOB_ID", "13", "SLURM_RESTART_COUNT", "1"))) {
        assertEquals(5, other.awaitExit(job::heard), other.errors());
        assertNames(first, other);
      }
      first.signal("TERM");
      assertEquals(75, first.awaitExit(job::heard), first.errors());
    }
    try (ChildJvm second = job.start(RESTARTED, "target=" + (job.acknowledgedStep() + 9))) {
      assertEquals(0, second.awaitExit(job::heard), second.errors());
    }
    job.checkFile();
  }

  /** While the holder is alive nobody else gets in without force. */
  private static void refuse(SoakJob job, ChildJvm holder) throws IOException {
    try (ChildJvm second = job.start(Map.of())) {
      assertEquals(5, second.awaitExit(job::heard), second.errors());
      assertNames(holder, second);
    }
  }

  private static void assertNames(ChildJvm holder, ChildJvm refused) {
    String told = refused.errors();
    assertTrue(told.contains("is held by process " + holder.pid() + " of "), told);
    assertTrue(told.contains("HOLDFAST_BREAK_LOCK=1"), told);
  }

  private interface Wake {
    void up() throws IOException;
  }

  private void takeOver(SoakJob job, Map<String, String> environment, ChildJvm zombie, Wake wake)
      throws IOException {
    try (ChildJvm successor = job.start(environment, "wait=end", "target=100000000")) {
      job.heard(successor.expect("RESTORED", job::heard));
      long inherited = job.restoredStep();
      job.heard(successor.expect("ACK", job::heard));
      long boundary = job.acknowledgedNumber();
      wake.up();
      List<String> last = new ArrayList<>();
      assertEquals(5, zombie.awaitExit(last::add), zombie.errors());
      String by = "was taken over by process " + successor.pid() + " of ";
      assertTrue(zombie.errors().contains(by), zombie.errors());
      last.forEach(line -> assertInHistory(line, inherited, boundary));
      // The zombie has written to its output file until it was fenced; now this one goes on.
      job.heard(successor.expect("ACK", job::heard));
      successor.signal("TERM");
      assertEquals(75, successor.awaitExit(job::heard), successor.errors());
    }
    job.checkFile();
    assertEquals(List.of(), Verifier.verify(job.store(), Disk.local()).findings());
    try (ChildJvm next = job.start(Map.of(), "target=" + (job.acknowledgedStep() + 10))) {
      assertEquals(0, next.awaitExit(job::heard), next.errors());
    }
    job.checkFile();
  }

  /** A zombie may still say what was committed before: that must be in its successor's history. */
  private void assertInHistory(String line, long inheritedStep, long successorsNumber) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "ACK" -> {
        assertTrue(Long.parseLong(words[1]) < successorsNumber, "acknowledged late: " + line);
        assertTrue(Long.parseLong(words[2]) <= inheritedStep, "not inherited: " + line);
        assertEquals(reference.digest(Long.parseLong(words[2])), words[3], line);
      }
      case "RESTORED", "FAILED" -> {}
      default -> throw new AssertionError(line);
    }
  }

  @RepeatedTest(10)
  void twoRuns_startedAtOnce_oneRunsAndOneIsToldByWhom(RepetitionInfo round) throws Exception {
    SoakJob job = new SoakJob(temp, "tick", reference);
    if (round.getCurrentRepetition() % 2 == 0) {
      killAfterFirstVersion(job);
    }
    String[] arguments = {"wait=start,end", "target=" + (job.acknowledgedStep() + 9)};
    try (ChildJvm a = job.start(Map.of(), arguments);
        ChildJvm b = job.start(Map.of(), arguments)) {
      a.expect("WAITING start", job::heard);
      b.expect("WAITING start", job::heard);
      a.send("go");
      b.send("go");
      List<String> saidByA = new ArrayList<>();
      boolean aRuns = firstWords(a, saidByA);
      ChildJvm winner = aRuns ? a : b;
      ChildJvm loser = aRuns ? b : a;
      saidByA.forEach(job::heard);
      assertEquals(5, loser.awaitExit(line -> assertEquals("", line)), loser.errors());
      assertNames(winner, loser);
      winner.expect("WAITING end", job::heard);
      winner.send("go");
      assertEquals(0, winner.awaitExit(job::heard), winner.errors());
    }
    job.checkFile();
    assertFalse(Files.exists(temp.resolve("out.csv.old-1")));
    assertEquals(List.of(), Verifier.verify(job.store(), Disk.local()).findings());
  }

  private static void killAfterFirstVersion(SoakJob job) throws IOException {
    try (ChildJvm earlier = job.start(Map.of())) {
      job.heard(earlier.expect("ACK", job::heard));
      earlier.kill(job::heard);
    }
  }

  /** Whether the program gets to run: then it says something before its end. */
  private static boolean firstWords(ChildJvm child, List<String> said) {
    if (child.listen(Long.MAX_VALUE) instanceof ChildJvm.Line(String text)) {
      said.add(text);
      return true;
    }
    return false;
  }
}
