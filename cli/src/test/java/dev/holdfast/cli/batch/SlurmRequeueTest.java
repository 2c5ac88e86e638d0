// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Result;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.cli.batch.Requeue.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against recorded answers of Slurm 22.05.8. */
final class SlurmRequeueTest {
  private static final String NO_REQUEUE = SlurmRecorded.JOB.replace("Requeue=1", "Requeue=0");

  private static Requeue requeue(RecordedCommands commands) {
    return requeue(SlurmRecorded.ENVIRONMENT, commands);
  }

  private static Requeue requeue(Map<String, String> environment, RecordedCommands commands) {
    return BatchJob.find(environment, commands, new SetTime("2026-11-21T00:54:00Z")).requeue();
  }

  private static Possible way(Requeue requeue, Way way, Wish wish) {
    return requeue.ways(wish).stream().filter(w -> w.way() == way).findFirst().orElseThrow();
  }

  private static long count(RecordedCommands commands, String begin) {
    return commands.calls().stream().filter(c -> c.startsWith(begin)).count();
  }

  private static Wish code(int code) {
    return new Wish(Optional.empty(), Optional.empty(), OptionalInt.of(code));
  }

  @Test
  void ways_changeNothing() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB);
    assertEquals(
        List.of(
            new Possible(Way.REQUEUE, true, "scontrol requeue 1"),
            new Possible(Way.SUBMIT, true, "sbatch, with the script of this job"),
            new Possible(Way.CHAIN, false, "no job waits for this one"),
            new Possible(Way.EXIT_CODE, true, "exit code 85 starts the job again")),
        requeue(commands).ways(Wish.AUTO));
    assertEquals(0, count(commands, "sbatch"));
    assertEquals(0, count(commands, "scontrol requeue"));
  }

  @Test
  void requeue_isVerifiedByTheCountOfRestarts() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB, SlurmRecorded.REQUEUED)
            .answer("scontrol requeue", "");
    assertEquals(
        new Result(Way.REQUEUE, 75, "requeued as 1"), requeue(commands).perform(Wish.AUTO));
    assertEquals(0, count(commands, "sbatch"));
  }

  @Test
  void requeue_withoutEffect_fallsThroughToSubmit() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB).answer("scontrol requeue", "");
    Result result = requeue(commands).perform(Wish.AUTO);
    assertEquals(Way.SUBMIT, result.way());
    assertEquals(
        "requeue: scontrol requeue had no effect; submitted 16 to follow 1", result.message());
  }

  @Test
  void requeue_refused_fallsThroughInSlurmsWords() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB)
            .refuse("scontrol requeue", "Requested operation is presently disabled for job 1\n");
    Result result = requeue(commands).perform(Wish.AUTO);
    assertEquals(Way.SUBMIT, result.way());
    assertEquals(
        "requeue: scontrol requeue 1: Requested operation is presently disabled for job 1;"
            + " submitted 16 to follow 1",
        result.message());
  }

  @Test
  void requeue_unanswered_butDone_isDone() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB, SlurmRecorded.REQUEUED).hang("scontrol requeue");
    assertEquals(Way.REQUEUE, requeue(commands).perform(Wish.AUTO).way());
    assertEquals(0, count(commands, "sbatch"));
  }

  @Test
  void perform_twice_actsOnce() {
    RecordedCommands commands = SlurmRecorded.site(NO_REQUEUE);
    Requeue requeue = requeue(commands);
    assertEquals(requeue.perform(Wish.AUTO), requeue.perform(Wish.AUTO));
    assertEquals(1, count(commands, "sbatch"));
  }

  /** A node failed or somebody was faster: a second requeue would cost one of the restarts. */
  @Test
  void jobInTheQueueAlready_isLeftAlone() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.REQUEUED);
    Result result = requeue(commands).perform(Wish.AUTO);
    assertEquals(Way.REQUEUE, result.way());
    assertEquals(0, count(commands, "scontrol requeue"));
    assertEquals(0, count(commands, "sbatch"));
  }

  @Test
  void cancelledJob_isNotStartedAgain() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.CANCELLED);
    Result result = requeue(commands).perform(Wish.AUTO);
    assertEquals(Way.EXIT_CODE, result.way());
    assertEquals(75, result.exitCode(), "not Slurm's own code");
    assertTrue(result.message().contains("being cancelled"), result.message());
    assertEquals(0, count(commands, "scontrol requeue"));
    assertEquals(0, count(commands, "sbatch"));
  }

  @Test
  void jobAtItsLimit_isStartedAgain() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.TIMED_OUT, SlurmRecorded.REQUEUED)
            .answer("scontrol requeue", "");
    assertEquals(Way.REQUEUE, requeue(commands).perform(Wish.AUTO).way());
  }

  @Test
  void requeue_ofAnArrayTask_namesTheTask() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.TASK, SlurmRecorded.TASK.replace("starts=0", "starts=1"))
            .answer("scontrol requeue", "");
    Result result = requeue(SlurmRecorded.ARRAY_ENVIRONMENT, commands).perform(Wish.AUTO);
    assertEquals("requeued as 3_1", result.message());
    assertEquals(1, count(commands, "scontrol requeue 3_1"));
  }

  @Test
  void successor_waitsForThisJob_andKeepsItsLimits(@TempDir Path folder) throws Exception {
    Path script = Files.writeString(folder.resolve("job.sh"), "#!/bin/sh\n");
    RecordedCommands commands = SlurmRecorded.site(NO_REQUEUE);
    Wish wish = new Wish(Optional.empty(), Optional.of(script), OptionalInt.empty());
    assertEquals(Way.SUBMIT, requeue(commands).perform(wish).way());
    assertEquals(
        "sbatch --parsable --open-mode=append --dependency=afterany:1 --job-name=heat"
            + " --partition=main --time=00:05:00 --nodes=1 --chdir=/home/me "
            + script,
        commands.calls().getLast());
  }

  @Test
  void successor_ofAnArrayTask_isThatTask() {
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.TASK.replace("Requeue=1", "Requeue=0"));
    assertEquals(
        Way.SUBMIT, requeue(SlurmRecorded.ARRAY_ENVIRONMENT, commands).perform(Wish.AUTO).way());
    String sbatch = commands.calls().getLast();
    assertTrue(sbatch.contains(" --dependency=afterany:3_1 --array=1 "), sbatch);
    assertTrue(sbatch.endsWith(".sh --grid 10"), "the arguments stay: " + sbatch);
    Path copy = Path.of(sbatch.replaceAll(".* (/\\S+\\.sh) --grid 10", "$1"));
    assertFalse(Files.exists(copy), "the copy of the script is gone: " + copy);
  }

  @Test
  void successor_thatWaitsAlready_isNotSubmittedAgain() {
    RecordedCommands known =
        new RecordedCommands()
            .answer("scontrol show config", SlurmRecorded.CONFIG)
            .answer("scontrol show job", NO_REQUEUE)
            .answer("squeue -h --me", "30|afterany:1(unfulfilled)|other\n")
            .answer("sbatch", "16\n");
    Result result = requeue(known).perform(Wish.AUTO);
    assertEquals(Way.CHAIN, result.way());
    assertEquals(0, count(known, "sbatch"));
  }

  @Test
  void successor_submittedThoughSbatchHung_isNotSubmittedAgain() {
    RecordedCommands commands =
        new RecordedCommands()
            .answer("scontrol show config", SlurmRecorded.CONFIG)
            .answer("scontrol show job", NO_REQUEUE)
            .answer("scontrol write batch_script", SlurmRecorded.SCRIPT)
            .answer("squeue -h --me", "")
            .answer("squeue -h --me", "30|afterany:1(unfulfilled)|heat\n")
            .hang("sbatch");
    Result result = requeue(commands).perform(Wish.AUTO);
    assertEquals(Way.SUBMIT, result.way());
    assertTrue(result.message().endsWith("submitted 30 to follow 1"), result.message());
    assertEquals(1, count(commands, "sbatch"));
  }

  @Test
  void chain_isSeenByNameIdAndCode() {
    record Case(String line, int code, boolean goesOn) {}
    List<Case> cases =
        List.of(
            new Case("20|singleton(unfulfilled)|heat", 75, true),
            new Case("20|singleton(unfulfilled)|heat2", 75, false),
            new Case("20|afterany:1(unfulfilled)|x", 75, true),
            new Case("20|afterany:12(unfulfilled)|x", 75, false),
            new Case("20|afterany:21(unfulfilled)|x", 75, false),
            new Case("20|afterok:1(unfulfilled)|x", 75, false),
            new Case("20|afterok:1(unfulfilled)|x", 0, true),
            new Case("20|afternotok:1(unfulfilled)|x", 75, true),
            new Case("20|afternotok:1(unfulfilled)|x", 0, false),
            new Case("20|afterok:9(unfulfilled),afterany:1(unfulfilled)|x|y", 75, true),
            new Case("20|after:1(unfulfilled)|x", 75, false),
            new Case("20|(null)|heat", 75, false),
            new Case("nonsense", 75, false));
    for (Case each : cases) {
      RecordedCommands commands =
          new RecordedCommands()
              .answer("scontrol show config", SlurmRecorded.CONFIG)
              .answer("scontrol show job", NO_REQUEUE)
              .answer("squeue -h --me", each.line() + "\n");
      Possible chain = way(requeue(commands), Way.CHAIN, code(each.code()));
      assertEquals(each.goesOn(), chain.possible(), each + ": " + chain.why());
    }
  }

  @Test
  void noCommandsAtAll_leaveTheExitCode() {
    Result result = requeue(new RecordedCommands()).perform(Wish.AUTO);
    assertEquals(Way.EXIT_CODE, result.way());
    assertEquals(75, result.exitCode());
    assertTrue(
        result.message().contains("sbatch: not on the PATH, as in a container"), result.message());
  }

  @Test
  void exitCode_isTheOneTheSiteRequeuesBy_unlessAnotherIsAskedFor() {
    RecordedCommands commands = SlurmRecorded.site(SlurmRecorded.JOB);
    Wish only = new Wish(Optional.of(Way.EXIT_CODE), Optional.empty(), OptionalInt.empty());
    assertEquals(85, requeue(commands).perform(only).exitCode());
    Result asked =
        requeue(commands)
            .perform(new Wish(Optional.of(Way.EXIT_CODE), Optional.empty(), OptionalInt.of(0)));
    assertEquals(0, asked.exitCode());
    assertEquals("exit code 85 would start the job again, 0 does not", asked.message());
    RecordedCommands never = SlurmRecorded.site(NO_REQUEUE);
    assertEquals(75, requeue(never).perform(only).exitCode());
  }

  @Test
  void maxBatchRequeue_prefersASuccessor_whereThereCanBeOne() {
    String config = SlurmRecorded.CONFIG + "MaxBatchRequeue         = 5\n";
    String spent = SlurmRecorded.JOB.replace("Restarts=0", "Restarts=5");
    Map<String, String> environment = new HashMap<>(SlurmRecorded.ENVIRONMENT);
    environment.put("SLURM_RESTART_COUNT", "5");
    RecordedCommands able =
        new RecordedCommands()
            .answer("scontrol show config", config)
            .answer("scontrol show job", spent)
            .answer("scontrol write batch_script", SlurmRecorded.SCRIPT)
            .answer("squeue -h --me", "")
            .answer("sbatch", "16\n");
    assertEquals(Way.SUBMIT, requeue(environment, able).perform(Wish.AUTO).way());
    Possible without = way(requeue(environment, able.without("sbatch")), Way.REQUEUE, Wish.AUTO);
    assertTrue(without.possible());
    assertEquals(
        "scontrol requeue 1; restarted 5 times, at MaxBatchRequeue=5 Slurm may hold it",
        without.why());
  }

  @Test
  void heldJob_isCalledSo() {
    String held =
        SlurmRecorded.JOB
            .replace("JobState=RUNNING Reason=None", "JobState=PENDING Reason=JobHoldMaxRequeue")
            .replace("Restarts=0", "Restarts=1");
    RecordedCommands commands =
        SlurmRecorded.site(SlurmRecorded.JOB, held).answer("scontrol requeue", "");
    assertEquals(
        "requeued as 1, but held by Slurm: JobHoldMaxRequeue",
        requeue(commands).perform(Wish.AUTO).message());
  }

  @Test
  void missingScript_isNamed() {
    Wish wish =
        new Wish(Optional.empty(), Optional.of(Path.of("/nowhere/job.sh")), OptionalInt.empty());
    Possible submit = way(requeue(SlurmRecorded.site(NO_REQUEUE)), Way.SUBMIT, wish);
    assertEquals("there is no readable script /nowhere/job.sh", submit.why());
  }
}
