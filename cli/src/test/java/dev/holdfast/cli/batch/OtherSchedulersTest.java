// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.cli.batch.Requeue.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract with Grid Engine, HTCondor and Flux, by their manual pages: the answers are written
 * in the form shown there. None of them was asked.
 */
final class OtherSchedulersTest {
  private static final String QSTAT_J =
      """
      ==============================================================
      job_number:                 46
      exec_file:                  job_scripts/46
      submission_time:            Fri Nov 20 17:42:23 2026
      owner:                      me
      hard resource_list:         h_vmem=1G,h_rt=7200,s_rt=6900
      mail_list:                  me@host
      notify:                     TRUE
      job_name:                   heat
      script_file:                heat.sh
      """;

  private static final String QSTAT =
      """
      job-ID  prior   name       user         state submit/start at     queue            slots ja-task-ID
      ---------------------------------------------------------------------------------------------------
           45 0.55500 heat       me           r     11/21/2026 00:10:00 all.q@sgeh           1
           46 0.55500 heat       me           r     11/21/2026 00:30:00 all.q@sgeh           1 3
           46 0.55500 heat       me           r     11/21/2026 00:40:00 all.q@sgeh           1 4
      """;

  private static final String QUEUE =
      """
      qname                 all.q
      notify                00:00:05
      s_rt                  INFINITY
      h_rt                  INFINITY
      """;

  private final SetTime time = new SetTime("2026-11-21T01:00:00Z");

  private BatchJob gridEngine(RecordedCommands commands) {
    Map<String, String> environment =
        Map.of(
            "JOB_ID",
            "46",
            "SGE_TASK_ID",
            "4",
            "SGE_ROOT",
            "/sge",
            "QUEUE",
            "all.q",
            "RESTARTED",
            "1");
    return BatchJob.find(environment, commands, time);
  }

  private static RecordedCommands gridEngineAnswers(String job, String queue) {
    return new RecordedCommands()
        .answer("qstat -j 46", job)
        .answer("qstat -s r", QSTAT)
        .answer("qconf -sq all.q", queue);
  }

  @Test
  void gridEngine_countsItsLimitFromTheStartOfTheTask() {
    BatchJob job = gridEngine(gridEngineAnswers(QSTAT_J, QUEUE));
    job.ask();
    assertEquals(1, job.identity().restartCount());
    assertEquals(Optional.of(Instant.parse("2026-11-21T02:40:00Z")), job.end());
    assertEquals(Optional.of(Duration.ofMinutes(5)), job.notice());
    assertEquals(Duration.ofSeconds(5), job.killWait());
  }

  @Test
  void gridEngine_smallerLimitOfTheQueue_counts() {
    BatchJob job =
        gridEngine(
            gridEngineAnswers(
                QSTAT_J.replace("TRUE", "FALSE"),
                QUEUE.replace("h_rt                  INFINITY", "h_rt 1:00:00")));
    job.ask();
    assertEquals(Optional.of(Instant.parse("2026-11-21T01:40:00Z")), job.end());
    assertEquals(Duration.ZERO, job.killWait(), "without -notify it kills at once");
  }

  @Test
  void gridEngine_isAskedForStartAndQueueOnce() {
    RecordedCommands commands = gridEngineAnswers(QSTAT_J, QUEUE);
    BatchJob job = gridEngine(commands);
    job.ask();
    job.ask();
    assertEquals(
        List.of("qstat -j 46", "qconf -sq all.q", "qstat -s r", "qstat -j 46"), commands.calls());
  }

  @Test
  void gridEngine_requeuesByItsCode() {
    Requeue requeue = gridEngine(new RecordedCommands()).requeue();
    assertEquals(99, requeue.perform(Wish.AUTO).exitCode());
    Wish other = new Wish(Optional.empty(), Optional.empty(), OptionalInt.of(75));
    assertEquals(
        new Possible(Way.EXIT_CODE, true, "exit code 99 would start the job again, 75 does not"),
        requeue.ways(other).getLast());
  }

  private BatchJob condor(Path folder, String ad) throws Exception {
    Path file = Files.writeString(folder.resolve(".job.ad"), ad);
    return BatchJob.find(Map.of("_CONDOR_JOB_AD", file.toString()), new RecordedCommands(), time);
  }

  @Test
  void htCondor_isReadFromItsFile(@TempDir Path folder) throws Exception {
    BatchJob job =
        condor(
            folder,
            """
            ClusterId = 12
            ProcId = 0
            TotalSubmitProcs = 1
            NumJobStarts = 2
            allowedexecuteduration = 3600
            JobCurrentStartExecutingDate = 1795222800
            JobMaxVacateTime = 900
            SuccessCheckpointExitCode = 85
            Args = "a = b"
            """);
    assertEquals("12", job.identity().id());
    assertEquals(Optional.of(Instant.ofEpochSecond(1_795_226_400)), job.end());
    assertEquals(Duration.ofMinutes(15), job.killWait());
    assertEquals(85, job.requeue().perform(Wish.AUTO).exitCode());
  }

  @Test
  void htCondor_withoutCheckpointExitCode_leavesItToTheScript(@TempDir Path folder)
      throws Exception {
    BatchJob job = condor(folder, "ClusterId = 12\nSuccessCheckpointExitCode = undefined\n");
    assertEquals(Optional.empty(), job.end());
    assertEquals(75, job.requeue().perform(Wish.AUTO).exitCode());
    assertTrue(
        job.facts()
            .contains(
                new Fact(
                    "requeue exit codes",
                    "",
                    "no checkpoint_exit_code in the submit description")));
  }

  private BatchJob flux(String timeLeft) {
    BatchJob job =
        BatchJob.find(
            Map.of("FLUX_JOB_ID", "ƒ2Zk", "FLUX_JOB_NNODES", "2"),
            new RecordedCommands().answer("flux job timeleft", timeLeft),
            time);
    job.ask();
    return job;
  }

  @Test
  void flux_tellsSeconds() {
    assertEquals(Optional.of(Instant.parse("2026-11-21T01:10:00Z")), flux("600\n").end());
    assertEquals(Optional.empty(), flux("4294967295\n").end());
    assertFalse(flux("ten minutes").news().isEmpty());
    assertEquals(75, flux("600").requeue().perform(Wish.AUTO).exitCode());
  }
}
