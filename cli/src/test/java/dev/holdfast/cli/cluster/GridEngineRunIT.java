// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
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

/** {@code holdfast run} on a real Grid Engine, which requeues by an exit code. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class GridEngineRunIT {
  private static final int REST_MS = 20;

  private static @Nullable GridEngineCluster started;
  private static @Nullable Installed installed;
  private static @Nullable Heat reference;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = GridEngineCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Grid Engine: " + missing.orElseThrow());
    GridEngineCluster engine = GridEngineCluster.start(8);
    started = engine;
    Installed command = Installed.into(engine.folder());
    installed = command;
    String heat = command.java("HeatDiffusion", 64, 2_000, 7);
    reference = Heat.of(engine.workFolder("reference"), heat, "probe.csv");
  }

  @AfterAll
  static void stop() throws Exception {
    if (started != null) {
      started.close();
    }
  }

  private static GridEngineCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private static Heat heat() {
    return Objects.requireNonNull(reference);
  }

  private static String run() {
    Path launcher = Objects.requireNonNull(installed).launcher();
    return """
    trap '' USR1 USR2
    exec %s run --requeue=exit-code --stop-code 99 --store $PWD/heat.holdfast --mttf 10s -- %s
    """
        .formatted(launcher, heat().resting(REST_MS));
  }

  @Test
  void softLimit_reached_exit99RequeuesUntilDone() throws Exception {
    Path work = cluster().workFolder("limit");
    // Grid Engine 8.1.9 warns a job of this limit once in its life: in the next run it takes it for
    // the hard limit, kills after the notice, and does not act on the exit code. So the first run
    // is
    // longer than the limit on any machine, and the second, which does not rest, far shorter.
    String rest = heat().command() + " $((RESTARTED ? 0 : 40))";
    Path script =
        ReadyScript.write(
            work,
            "sge-java.sh",
            Objects.requireNonNull(installed),
            rest,
            "export HOLDFAST_MTTF=10s\necho \"run $RESTARTED\"");
    GridEngineJob job = cluster().submit(work, script, "-l", "s_rt=30");
    job.awaitLog(Await.LATER, "mean temperature");
    job.awaitEnd(Await.SOON);

    assertTrue(job.log().contains("SIGUSR1"), job.log());
    assertTrue(job.log().contains("run 1"), job.log());
    assertTrue(job.log().contains("resuming version"), job.log());
    heat().mustBeTheResultOf(job.log(), work);
  }

  @Test
  void deleted_withNotice_stopsAtACheckpointAndTheNextGoesOn() throws Exception {
    Path work = cluster().workFolder("notice");
    GridEngineJob first = cluster().submit(work, run(), "-notify");
    first.awaitLog(Await.SOON, "step 100\n");
    first.delete();
    first.awaitLog(Await.SOON, "stopping after this step");
    first.awaitEnd(Await.SOON);
    heat().mustNotBeDone(first.log());

    GridEngineJob second = cluster().submit(work, run());
    second.awaitLog(Await.LATER, "mean temperature");
    second.awaitEnd(Await.SOON);

    assertEquals(1, second.log().lines().filter(l -> l.contains("resuming version")).count());
    heat().mustBeTheResultOf(second.log(), work);
  }
}
