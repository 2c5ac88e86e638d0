// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Requeue.Result;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.cli.batch.Requeue.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract with IBM Spectrum LSF 10.1, by the reference pages of bjobs, brequeue, bsub and
 * lsb.params. No LSF was asked.
 */
final class LsfTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "LSB_JOBID", "109",
          "LSB_JOBINDEX", "0",
          "LSB_JOBNAME", "heat",
          "LSB_QUEUE", "normal",
          "LSB_EXIT_REQUEUE", "75 99 1");

  private static final String NONE = "No pending job found";

  private final SetTime time = new SetTime("2026-11-21T01:00:00Z");

  private BatchJob job(RecordedCommands commands) {
    return BatchJob.find(ENVIRONMENT, commands, time);
  }

  private BatchJob asked(String timeLeft) {
    BatchJob job = job(new RecordedCommands().answer("bjobs -noheader -o time_left 109", timeLeft));
    job.ask();
    return job;
  }

  @Test
  void end_isOnlyWhatComesFromARunLimit() {
    Optional<Instant> at = Optional.of(Instant.parse("2026-11-21T02:59:00Z"));
    assertEquals(at, asked("1:59 L\n").end());
    assertEquals(Optional.empty(), asked("1:59 E\n").end());
    assertEquals(Optional.empty(), asked("0:10 X\n").end());
    assertEquals(Optional.empty(), asked("-\n").end());
  }

  @Test
  void estimate_isAFact_andNoTrouble() {
    BatchJob job = asked("1:59 E\n");
    assertTrue(
        job.facts()
            .contains(
                new Fact("ends", "", "bjobs time_left: \"1:59 E\" is an estimate, no limit")));
    assertEquals(List.of(), job.news());
  }

  @Test
  void nonsense_isTold() {
    for (String nonsense : List.of("", "L", "1:5:9 L", "99999999999999:00 L", "Job <109>")) {
      BatchJob job = asked(nonsense);
      assertEquals(Optional.empty(), job.end());
      assertEquals(List.of("bjobs time_left: \"" + nonsense + "\" is no time"), job.news());
    }
  }

  @Test
  void brequeue_isTheFirstWay() {
    RecordedCommands commands =
        new RecordedCommands()
            .refuse("bjobs -noheader -p", NONE)
            .answer("brequeue 109", "Job <109> is being requeued")
            .answer("bjobs -noheader -o stat 109", "PEND\n");
    assertEquals(
        new Result(Way.REQUEUE, 75, "requeued as 109"), job(commands).requeue().perform(Wish.AUTO));
  }

  @Test
  void brequeueRefused_andNoScript_leavesTheCodeTheQueueRequeuesBy() {
    RecordedCommands commands =
        new RecordedCommands()
            .refuse("bjobs -noheader -p", NONE)
            .refuse("brequeue 109", "Job <109>: User permission denied")
            .answer("bjobs -noheader -o stat 109", "RUN\n")
            .answer("bsub", "");
    Result result = job(commands).requeue().perform(Wish.AUTO);
    assertEquals(Way.EXIT_CODE, result.way());
    assertEquals(75, result.exitCode());
    assertEquals(
        "requeue: brequeue 109: Job <109>: User permission denied;"
            + " submit: name the script with --resubmit; chain: no job waits for this one;"
            + " exit code 75 starts the job again",
        result.message());
  }

  /** Exit code 75 would requeue this job beside its successor. */
  @Test
  void successor_isNotStartedTwice(@TempDir Path folder) throws Exception {
    Path script = Files.writeString(folder.resolve("job.sh"), "#!/bin/sh\n");
    RecordedCommands commands =
        new RecordedCommands()
            .refuse("bjobs -noheader -p", NONE)
            .answer("bsub", "")
            .answer("sh -c", "Job <110> is submitted to queue <normal>.\n");
    Wish wish = new Wish(Optional.of(Way.SUBMIT), Optional.of(script), OptionalInt.empty());
    Result result = job(commands).requeue().perform(wish);
    assertEquals(new Result(Way.SUBMIT, 0, "submitted 110 to follow 109"), result);
    assertTrue(
        commands.calls().getLast().endsWith(script + " bsub -w ended(109) -J heat"),
        commands.calls().getLast());
  }

  @Test
  void chain_isReadFromTheDependencies() {
    RecordedCommands commands =
        new RecordedCommands()
            .answer(
                "bjobs -noheader -p",
                """
                107|-
                111|done(109)
                112|ended(1090)
                113|ended("heat") && exit(5)
                """);
    assertEquals(
        "job 113 waits for this one",
        job(commands).requeue().ways(Wish.AUTO).stream()
            .filter(w -> w.way() == Way.CHAIN)
            .findFirst()
            .orElseThrow()
            .why());
  }
}
