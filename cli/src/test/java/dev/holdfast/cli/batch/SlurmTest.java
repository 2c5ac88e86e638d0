// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against recorded answers; that a real Slurm answers so is another test's matter. */
final class SlurmTest {
  private static final Instant END = Instant.parse("2026-11-21T00:55:04Z");

  private final SetTime time = new SetTime("2026-11-21T00:50:30Z");

  private BatchJob job(Map<String, String> environment, Commands commands) {
    return BatchJob.find(environment, commands, time);
  }

  private static String fact(BatchJob job, String name) {
    return job.facts().stream()
        .filter(f -> f.name().equals(name))
        .map(f -> f.value() + " <- " + f.source())
        .findFirst()
        .orElse("");
  }

  @Test
  void find_runsNoCommand() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB);
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    assertTrue(job.inBatch());
    assertEquals("n1 <- SLURM_JOB_NODELIST", fact(job, "nodes"));
    assertEquals(List.of(), commands.calls());
  }

  @Test
  void ask_tellsEndKillWaitAndNotice_withTheirSources() {
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, SlurmRecorded.site(SlurmRecorded.JOB));
    job.ask();
    assertEquals(Optional.of(END), job.end());
    assertEquals(Duration.ofSeconds(3), job.killWait());
    assertEquals(Optional.of(Duration.ofSeconds(90)), job.notice());
    assertEquals("2026-11-21T00:55:04Z <- scontrol show job", fact(job, "ends"));
    assertEquals("3 s <- scontrol show config", fact(job, "kill wait"));
    assertEquals("90 s, USR1 to the script <- #SBATCH --signal", fact(job, "notice"));
    assertEquals("yes <- scontrol show job", fact(job, "may be requeued"));
    assertEquals(List.of(), job.news());
  }

  @Test
  void ask_again_asksForTheJobOnly() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB);
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    job.ask();
    assertEquals(3, commands.calls().size());
    job.ask();
    assertEquals(4, commands.calls().size());
  }

  @Test
  void ask_afterTheLimitWasChanged_tellsTheNewEnd() {
    Map<String, String> environment = new HashMap<>(SlurmRecorded.ENVIRONMENT);
    environment.put("SLURM_JOB_END_TIME", Long.toString(END.getEpochSecond()));
    String longer =
        SlurmRecorded.JOB.replace("EndTime=2026-11-21T00:55", "EndTime=2026-11-21T02:55");
    BatchJob job = job(environment, SlurmRecorded.site(SlurmRecorded.JOB, longer));
    assertEquals(Optional.of(END), job.end());
    assertEquals("2026-11-21T00:55:04Z <- SLURM_JOB_END_TIME", fact(job, "ends"));
    job.ask();
    job.ask();
    assertEquals(Optional.of(END.plus(Duration.ofHours(2))), job.end());
  }

  @Test
  void ask_ofOneArrayTask_namesTheTask() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB + SlurmRecorded.TASK);
    BatchJob job = job(SlurmRecorded.ARRAY_ENVIRONMENT, commands);
    job.ask();
    assertEquals("scontrol show job 3_1", commands.calls().getFirst());
    assertEquals(Optional.empty(), job.end());
    assertEquals("never <- scontrol show job", fact(job, "ends"));
  }

  @Test
  void ask_withoutScontrol_asksSqueue() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB)
            .answer("squeue -h -j 1 -o %e", "2026-11-21T00:55:04\n")
            .without("scontrol");
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    job.ask();
    assertEquals("2026-11-21T00:55:04Z <- squeue", fact(job, "ends"));
    assertEquals(" <- scontrol: not on the PATH, as in a container", fact(job, "kill wait"));
    assertEquals(BatchJob.UNKNOWN_KILL_WAIT, job.killWait());
  }

  @Test
  void ask_unanswered_keepsWhatWasKnown_andComplainsOnce() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB);
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    job.ask();
    commands.without("squeue").refuse("scontrol show job", "Unable to contact slurm controller");
    for (int i = 0; i < 3; i++) {
      job.ask();
    }
    assertEquals(Optional.of(END), job.end());
    assertEquals(
        List.of(
            "scontrol show job 1: Unable to contact slurm controller",
            "squeue: not on the PATH, as in a container"),
        job.news());
    job.ask();
    assertEquals(List.of(), job.news());
  }

  @Test
  void ask_hanging_isTold() {
    RecordedCommands commands = SlurmRecorded.site().hang("scontrol show job").hang("squeue -h -j");
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    job.ask();
    assertEquals(" <- scontrol show job 1: no answer within 10 s", fact(job, "ends"));
  }

  /** A user can give a job any name. */
  @Test
  void jobName_withFieldsInIt_meansNothing() {
    String lying =
        SlurmRecorded.JOB.replace(
            "JobName=heat", "JobName=x EndTime=2030-01-01T00:00:00 Requeue=0 JobId=2");
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, SlurmRecorded.site(lying));
    job.ask();
    assertEquals(Optional.of(END), job.end());
    assertEquals("yes <- scontrol show job", fact(job, "may be requeued"));
  }

  @Test
  void ask_ofAnotherJobsRecord_isUnreadable() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB.replace("JobId=1 ", "JobId=12 "))
            .answer("squeue -h -j 1", "nonsense");
    BatchJob job = job(SlurmRecorded.ENVIRONMENT, commands);
    job.ask();
    assertEquals(Optional.empty(), job.end());
    assertFalse(job.news().isEmpty());
  }
}
