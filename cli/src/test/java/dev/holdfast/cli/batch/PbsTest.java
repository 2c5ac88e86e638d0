// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Result;
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
 * The contract with PBS, by its documentation: the answers are written in the form of the manual
 * pages of qstat and pbs_job_attributes. No PBS was asked.
 */
final class PbsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "PBS_JOBID", "69301.server",
          "PBS_ENVIRONMENT", "PBS_BATCH",
          "PBS_JOBNAME", "heat",
          "PBS_QUEUE", "workq");

  private static final String JOB =
      """
      Job Id: 69301.server
          Job_Name = heat
          Job_Owner = me@server
          resources_used.cput = 00:59:00
          resources_used.walltime = 00:58:00
          job_state = R
          queue = workq
          server = server
          depend = beforeok:69302.server@server,
      \tbeforeany:69303.server@server
          exec_host = b141/0*16+b142/0*16+b143/0*16+b144/0*16+b145/0*16+b146
      \t/0*16
          Rerunable = True
          Resource_List.ncpus = 64
          Resource_List.walltime = 02:00:00
          stime = Sat Nov 21 00:00:00 2026
          run_count = 1

      """;

  private static final String QUEUE =
      """
      Queue: workq
          queue_type = Execution
          kill_delay = 60
          enabled = True

      """;

  private final SetTime time = new SetTime("2026-11-21T01:00:00Z");

  private BatchJob job(RecordedCommands commands) {
    return BatchJob.find(ENVIRONMENT, commands, time);
  }

  private static RecordedCommands answers(String job) {
    return new RecordedCommands().answer("qstat -f 69301.server", job).answer("qstat -Qf", QUEUE);
  }

  @Test
  void end_isCountedFromTheStart_forTheTimeUsedIsOld() {
    BatchJob job = job(answers(JOB));
    job.ask();
    assertEquals(Optional.of(Instant.parse("2026-11-21T02:00:00Z")), job.end());
  }

  /** Where the two do not fit, as with clocks of different zones, the time used counts. */
  @Test
  void end_withAStrangeStart_isCountedFromTheTimeUsed() {
    BatchJob job = job(answers(JOB.replace("00:00:00 2026", "07:00:00 2026")));
    job.ask();
    assertEquals(Optional.of(Instant.parse("2026-11-21T02:02:00Z")), job.end());
  }

  @Test
  void killDelay_isAskedOfTheQueue_once() {
    RecordedCommands commands = answers(JOB);
    BatchJob job = job(commands);
    assertEquals(Duration.ofSeconds(10), job.killWait());
    job.ask();
    job.ask();
    assertEquals(Duration.ofMinutes(1), job.killWait());
    assertEquals(
        List.of("qstat -f 69301.server", "qstat -Qf workq", "qstat -f 69301.server"),
        commands.calls());
  }

  @Test
  void noWalltime_isNoEnd() {
    BatchJob job = job(answers(JOB.replace("Resource_List.walltime", "Resource_List.other")));
    job.ask();
    assertEquals(Optional.empty(), job.end());
    assertEquals(List.of(), job.news());
  }

  @Test
  void chain_isWhatWaitsForThisJob() {
    List<Possible> ways = job(answers(JOB)).requeue().ways(Wish.AUTO);
    assertEquals(
        List.of(
            new Possible(Way.REQUEUE, false, "qrerun needs the rights of an operator"),
            new Possible(Way.SUBMIT, false, "qsub: not on the PATH, as in a container"),
            new Possible(Way.CHAIN, true, "job 69303.server waits for this one"),
            new Possible(Way.EXIT_CODE, true, "exit code 75: the batch script has to act on it")),
        ways);
  }

  @Test
  void successor_isSubmittedWithTheScriptThatIsNamed(@TempDir Path folder) throws Exception {
    Path script = Files.writeString(folder.resolve("job.sh"), "#!/bin/sh\n");
    String alone = JOB.replaceAll("depend = .*\\n\\t.*\\n", "\n");
    RecordedCommands commands = answers(alone).answer("qsub", "69310.server\n");
    Wish wish = new Wish(Optional.empty(), Optional.of(script), OptionalInt.empty());
    Result result = job(commands).requeue().perform(wish);
    assertEquals(Way.SUBMIT, result.way());
    assertEquals(
        "qsub -W depend=afterany:69301.server -N heat " + script, commands.calls().getLast());
    assertTrue(result.message().endsWith("submitted 69310.server to follow 69301.server"));
  }

  @Test
  void nonsense_isTold_andNothingIsConcluded() {
    BatchJob job = job(answers(JOB.replace("= 02:00:00", "= two hours")));
    job.ask();
    assertEquals(Optional.empty(), job.end());
    assertEquals(
        List.of("qstat -f: walltime \"two hours\", used \"00:58:00\" unreadable"), job.news());
  }

  @Test
  void record_ofAnotherJob_isUnreadable() {
    BatchJob job = job(answers(JOB.replace("Job Id: 69301", "Job Id: 6930")));
    job.ask();
    assertEquals(List.of("qstat -f 69301.server: unreadable"), job.news());
  }
}
