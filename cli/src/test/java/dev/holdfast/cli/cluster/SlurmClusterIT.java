// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The Slurm that the other tests use does what a Slurm does. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class SlurmClusterIT {

  /** Nodes n3 and n4 are those that fail. */
  private static final String STEADY = "--exclude=n3,n4";

  private static final String FRAIL = "--exclude=n1,n2";

  private static @Nullable SlurmCluster started;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    started = SlurmCluster.start(4, 4);
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

  @Test
  void job_submitted_runsOnANodeOfItsOwn() throws Exception {
    SlurmJob job =
        cluster()
            .submit(
                cluster().workFolder("first"),
                """
                hostname; cat /proc/sys/kernel/random/boot_id; ls /proc | grep -c '^[0-9]'
                echo "restarts ${SLURM_RESTART_COUNT-none} job $SLURM_JOB_ID"
                srun echo "a step"
                """,
                STEADY);

    assertEquals("COMPLETED", job.awaitEnd(Await.SOON), job.log());
    List<String> lines = job.log().lines().toList();
    assertTrue(lines.get(0).matches("n[12]"), job.log());
    String here = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    assertNotEquals(here, lines.get(1));
    assertTrue(Integer.parseInt(lines.get(2)) < 30, "sees no process of other nodes: " + lines);
    assertEquals(List.of("restarts none job " + job.id(), "a step"), lines.subList(3, 5));
    assertEquals(List.of("COMPLETED"), job.completions());
  }

  @Test
  void timeLimit_reached_termsThenKills() throws Exception {
    SlurmJob job =
        cluster()
            .submit(
                cluster().workFolder("limit"),
                """
                trap 'echo terminated' TERM
                echo up
                while :; do sleep 60 & wait; done
                """,
                STEADY,
                "--time=10");
    job.awaitLog(Await.SOON, "up");
    // An end that has passed when the controller hears of it is refused.
    job.endIn(Duration.ofSeconds(6));

    assertEquals("TIMEOUT", job.awaitEnd(Await.LATER), job.log());
    assertTrue(job.log().contains("terminated"), job.log());
  }

  @Test
  void requeue_ofARunningJob_startsItAgainAndCounts() throws Exception {
    SlurmJob job =
        cluster()
            .submit(
                cluster().workFolder("requeue"),
                "echo run ${SLURM_RESTART_COUNT-0}; [ \"$SLURM_RESTART_COUNT\" = 1 ] || sleep 600",
                STEADY);
    job.awaitLog(Await.SOON, "run 0");
    job.requeue();

    assertEquals("COMPLETED", job.awaitEnd(Await.SOON), job.log());
    assertTrue(job.log().contains("run 1"), job.log());
    assertEquals(1, job.restarts());
  }

  @Test
  void daemonKilled_jobRunsElsewhereWhileTheOldProcessLives() throws Exception {
    Path work = cluster().workFolder("two");
    SlurmJob job =
        cluster()
            .submit(
                work,
                "while sleep 0.5; do date >>beat.${SLURM_RESTART_COUNT-0}.$(hostname); done",
                FRAIL,
                "--requeue");
    job.awaitRunning(Await.SOON, 0);
    String first = job.node();
    Path before = work.resolve("beat.0." + first);
    Await.until("beat", Await.SOON, () -> Files.exists(before), job::toString);
    cluster().killDaemon(first);
    job.awaitRunning(Await.LATER, 1);
    String second = job.node();
    Path after = work.resolve("beat.1." + second);
    Await.until("second beat", Await.SOON, () -> Files.exists(after), job::toString);

    long size = Files.size(before);
    Await.until("the old one lives", Await.SOON, () -> Files.size(before) > size, job::toString);
    assertNotEquals(first, second);

    job.cancel();
    cluster().crash(first);
    cluster().boot(first);
    cluster().awaitIdle(first);
    Await.until(
        "the old one ended", Await.SOON, () -> job.state().equals("CANCELLED"), job::toString);
  }

  @Test
  void close_endsEveryProcessAndLeavesNoFile() throws Exception {
    SlurmCluster other = SlurmCluster.start(2, 1);
    SlurmJob job = other.submit(other.workFolder("long"), "exec sleep 600");
    job.awaitRunning(Await.SOON, 0);
    List<ProcessHandle> processes = other.processes(job.node());
    assertTrue(processes.size() >= 3, "slurmd, slurmstepd, sleep: " + processes);

    other.close();

    for (ProcessHandle process : processes) {
      Await.until("end of " + process, Await.SOON, () -> !process.isAlive(), process::toString);
    }
    assertFalse(Files.exists(other.folder()));
  }
}
