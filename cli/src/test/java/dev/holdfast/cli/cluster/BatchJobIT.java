// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is known of a job, and that it is started again, in a real Slurm. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class BatchJobIT {

  /** The script ignores TERM, so that it can print what came of it. */
  private static final String ONCE =
      """
      trap '' TERM; echo run ${SLURM_RESTART_COUNT-0} ${SLURM_ARRAY_TASK_ID-}
      [ -n "$SECOND" ] && exit 0
      [ "${SLURM_RESTART_COUNT-0}" != 0 ] && exit 0
      export SECOND=1
      """;

  private static @Nullable SlurmCluster started;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    started = SlurmCluster.start(2, 4);
  }

  @AfterAll
  static void stop() throws Exception {
    if (started != null) {
      started.close();
    }
  }

  private static SlurmCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private static SlurmJob submit(String name, String script, String... options) throws Exception {
    return cluster().submit(cluster().workFolder(name), script, options);
  }

  @Test
  void limitThatChanges_isNoticed() throws Exception {
    SlurmJob job =
        submit(
            "limit",
            "#SBATCH --signal=B:USR1@90\n"
                + BatchProbe.command("look")
                + "\nscontrol update jobid=$SLURM_JOB_ID timelimit=20\n"
                + BatchProbe.command("look"),
            "--time=10");

    assertEquals("COMPLETED", job.awaitEnd(Await.SOON), job.log());
    Matcher left = Pattern.compile("seconds left: (\\d+)").matcher(job.log());
    assertTrue(left.find(), job.log());
    assertTrue(Integer.parseInt(left.group(1)) <= 600, job.log());
    assertTrue(left.find(), job.log());
    assertTrue(Integer.parseInt(left.group(1)) > 600, job.log());
    assertTrue(job.log().contains("notice: 90 s, USR1 to the script"), job.log());
    assertTrue(job.log().contains("REQUEUE true scontrol requeue " + job.id()), job.log());
    assertEquals(0, job.restarts(), "to look changes nothing");
  }

  @Test
  void job_isRequeued() throws Exception {
    SlurmJob job = submit("requeue", ONCE + BatchProbe.command("go"), "--requeue");

    assertEquals("COMPLETED", job.awaitEnd(Await.SOON), job.log());
    assertEquals(1, job.restarts());
    assertTrue(job.log().contains("REQUEUE: requeued as " + job.id()), job.log());
  }

  @Test
  void oneTask_isRequeuedAlone() throws Exception {
    SlurmJob array =
        submit(
            "task",
            ONCE + "[ $SLURM_ARRAY_TASK_ID = 2 ] || exit 0\n" + BatchProbe.command("go"),
            "--requeue",
            "--array=1-2");

    assertEquals("COMPLETED", array.task(2).awaitEnd(Await.SOON), array.task(2).log());
    assertEquals("COMPLETED", array.task(1).awaitEnd(Await.SOON), array.task(1).log());
    assertEquals(0, array.task(1).restarts());
    assertEquals(1, array.task(2).restarts());
  }

  @Test
  void refused_aSuccessorRunsTheSameScript() throws Exception {
    SlurmJob job =
        submit(
            "refused",
            ONCE + BatchProbe.command("go") + " | tee probe; sync",
            "--no-requeue",
            "--job-name=once");

    assertEquals("COMPLETED", job.awaitEnd(Await.SOON), job.log());
    Matcher id = Pattern.compile("submitted (\\d+) to follow " + job.id()).matcher(job.log());
    assertTrue(id.find(), job.log());
    SlurmJob successor = new SlurmJob(cluster(), id.group(1), job.folder());
    assertEquals("COMPLETED", successor.awaitEnd(Await.SOON));
    assertEquals("once", successor.fact("JobName"));
  }

  @Test
  void noCommandsOnThePath_leaveTheExitCode() throws Exception {
    SlurmJob job =
        submit(
            "container", ONCE + "export PATH=/nowhere\n" + BatchProbe.command("go"), "--requeue");

    assertEquals("FAILED", job.awaitEnd(Await.SOON), job.log());
    assertEquals("75:0", job.fact("ExitCode"));
    assertTrue(job.log().contains("scontrol: not on the PATH, as in a container"), job.log());
  }

  @Test
  void cancelledJob_staysCancelled() throws Exception {
    SlurmJob job =
        submit(
            "cancel",
            "on() { trap '' TERM; "
                + BatchProbe.command("go")
                + "; exit; }\ntrap on TERM\necho up\nwhile :; do sleep 0.2; done",
            "--requeue");
    job.awaitLog(Await.SOON, "up");
    job.cancel();

    assertEquals("CANCELLED", job.awaitEnd(Await.SOON), job.log());
    job.awaitLog(Await.SOON, "being cancelled");
    assertEquals(0, job.restarts());
    assertFalse(job.log().contains("REQUEUE:"), job.log());
  }
}
