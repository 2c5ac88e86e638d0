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

/** A program with the library, by itself on a real Slurm: whatever happens, the same bits. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class SlurmLibraryIT {

  /** Versions as often as their cost allows. */
  private static final String OFTEN =
      "export HOLDFAST_MTTF=10s HOLDFAST_STORE=$PWD/heat.holdfast\n";

  /** Nodes n5 and n6 are those whose daemon dies, n7 loses its power. */
  private static final String STEADY = "--exclude=n5,n6,n7";

  private static @Nullable SlurmCluster started;
  private static @Nullable Heat reference;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    SlurmCluster slurm = SlurmCluster.start(7, 4);
    started = slurm;
    Installed installed = Installed.into(slurm.folder());
    String command = installed.java("HeatDiffusion", 64, 2_000, 7);
    reference = Heat.of(slurm.workFolder("reference"), command, "probe.csv");
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
  void daemonKilled_twoWriters_oneIsFencedAndTheBitsAreTheSame() throws Exception {
    Path work = cluster().workFolder("two-writers");
    String script =
        """
        %s
        %s
        code=$?
        echo "attempt ${SLURM_RESTART_COUNT-0} on $(hostname) ended with $code" >>ends
        exit $code
        """
            .formatted(OFTEN, heat().resting(35));
    SlurmJob job = cluster().submit(work, script, "--requeue", "--exclude=n1,n2,n3,n4,n7");
    job.awaitLog(Await.SOON, "step 100\n");
    String first = job.node();

    cluster().killDaemon(first);
    job.awaitLog(Await.LATER, "resuming version");
    String second = job.node();

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    // Nobody but a living first attempt can have been fenced by the second.
    assertEquals(
        List.of(
            "attempt 0 on " + first + " ended with 5", "attempt 1 on " + second + " ended with 0"),
        Files.readAllLines(work.resolve("ends")));
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void node_losesItsPower_jobGoesOnElsewhere() throws Exception {
    Path work = cluster().workFolder("power");
    SlurmJob job =
        cluster().submit(work, OFTEN + "exec " + heat().resting(10), "--requeue", "--nodelist=n7");
    job.awaitLog(Await.SOON, "step 1000\n");
    cluster().crash("n7");
    cluster().down("n7"); // or Slurm would wait for it a while
    job.update("ReqNodeList=");
    job.awaitLog(Await.SOON, "resuming version");

    assertEquals("COMPLETED", job.awaitEnd(Await.LATER), job.log());
    heat().mustBeTheResultOf(job.log(), work);
    assertTrue(job.restarts() >= 1, job::toString);
  }

  @Test
  void cancelled_thenSubmittedAgain_goesOnWhereItStopped() throws Exception {
    Path work = cluster().workFolder("cancelled");
    String script = OFTEN + "exec " + heat().resting(10);
    SlurmJob first = cluster().submit(work, script, STEADY);
    first.awaitLog(Await.SOON, "step 1000\n");
    first.cancel();
    assertEquals("CANCELLED", first.awaitEnd(Await.SOON), first.log());
    assertTrue(first.log().contains("stopping after this step (SIGTERM)"), first.log());
    heat().mustNotBeDone(first.log());

    SlurmJob second = cluster().submit(work, script, STEADY);

    assertEquals("COMPLETED", second.awaitEnd(Await.LATER), second.log());
    assertTrue(second.log().contains("resuming version"), second.log());
    heat().mustBeTheResultOf(first.log() + second.log(), work);
  }
}
