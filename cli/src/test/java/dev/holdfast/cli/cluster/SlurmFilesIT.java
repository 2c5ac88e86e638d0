// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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

/**
 * {@code holdfast run} on a real Slurm, around a C program that writes its own restart files:
 * whatever happens to the job, it ends with the same bits as one that nobody disturbed.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class SlurmFilesIT {

  /** Nodes n3 and n4 are those whose daemon dies. */
  private static final String STEADY = "--exclude=n3,n4";

  private static @Nullable SlurmCluster started;
  private static @Nullable Installed installed;
  private static @Nullable Heat reference;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    assumeTrue(Shell.has("gcc"), "gcc is not installed");
    SlurmCluster slurm = SlurmCluster.start(4, 4);
    started = slurm;
    Installed command = Installed.into(slurm.folder());
    installed = command;
    String heat = command.compileHeat() + " 64 2000";
    reference = Heat.of(slurm.workFolder("reference"), heat, "heat.csv");
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

  private static Heat heat() {
    return Objects.requireNonNull(reference);
  }

  @Test
  void timeLimit_reachedTwice_requeuedUntilDone() throws Exception {
    Path work = cluster().workFolder("limit");
    String shorter =
        """
        export HOLDFAST_MTTF=10s
        scontrol update JobId=$SLURM_JOB_ID EndTime=$(date -d '+45 sec' +%FT%T)
        """;
    Path script =
        ReadyScript.write(
            work,
            "slurm-program.sh",
            Objects.requireNonNull(installed),
            heat().resting(46),
            shorter);
    SlurmJob job = cluster().submit(work, script, STEADY, "--signal=B:CONT@1");

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertTrue(job.restarts() >= 2, job.log());
    assertTrue(job.log().contains("heat: goes on with step"), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void daemonKilled_twoWriters_oneIsFencedAndTheBitsAreTheSame() throws Exception {
    Path work = cluster().workFolder("two-writers");
    String script =
        """
        trap '' USR1
        %s run --requeue --store $PWD/heat.holdfast --mttf 10s --state 'heat-*.chk' --latest 1 -- %s
        code=$?
        echo "attempt ${SLURM_RESTART_COUNT-0} on $(hostname) ended with $code" >>ends
        exit $code
        """
            .formatted(Objects.requireNonNull(installed).launcher(), heat().resting(35));
    SlurmJob job = cluster().submit(work, script, "--requeue", "--exclude=n1,n2");
    Path store = work.resolve("heat.holdfast/log");
    Await.until("a store", Await.SOON, () -> Files.exists(store), job::toString);
    String first = job.node();

    cluster().killDaemon(first);
    job.awaitLog(Await.LATER, "heat: goes on with step");
    String second = job.node();

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    assertEquals(
        List.of(
            "attempt 0 on " + first + " ended with 5", "attempt 1 on " + second + " ended with 0"),
        Files.readAllLines(work.resolve("ends")));
    assertEquals(1, job.restarts(), "the loser has not put the job into the queue again");
    heat().mustBeTheResultOf(job.log(), work);
  }
}
