// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** The Grid Engine that the other tests use does what a Grid Engine does. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class GridEngineClusterIT {

  private static @Nullable GridEngineCluster started;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = GridEngineCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Grid Engine: " + missing.orElseThrow());
    started = GridEngineCluster.start(4);
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

  @Test
  void job_submitted_runsAsItsUser() throws Exception {
    GridEngineJob job =
        cluster()
            .submit(
                cluster().workFolder("first"),
                "id -un; hostname; echo restarted $RESTARTED job $JOB_ID task $SGE_TASK_ID");
    job.awaitLog(Await.SOON, "restarted");
    job.awaitEnd(Await.SOON);
    assertEquals(
        "nobody\nsgeh\nrestarted 0 job " + job.id() + " task undefined", job.log().strip());
  }

  @Test
  void exit99_isRequeuedAndRunsAgain() throws Exception {
    GridEngineJob job =
        cluster()
            .submit(
                cluster().workFolder("again"),
                "echo run $RESTARTED; [ $RESTARTED = 1 ] && exit 0; exit 99");
    job.awaitLog(Await.SOON, "run 1");
    job.awaitEnd(Await.SOON);
    assertEquals("run 0\nrun 1", job.log().strip());
  }

  @Test
  void notify_beforeTheKill_sendsUsr2() throws Exception {
    GridEngineJob job =
        cluster()
            .submit(
                cluster().workFolder("notify"),
                "trap 'echo warned; exit 0' USR2; echo up; while :; do sleep 1; done",
                "-notify");
    job.awaitLog(Await.SOON, "up");
    job.delete();
    job.awaitLog(Await.SOON, "warned");
    job.awaitEnd(Await.SOON);
  }

  @Test
  void softLimit_reached_sendsUsr1() throws Exception {
    GridEngineJob job =
        cluster()
            .submit(
                cluster().workFolder("limit"),
                "trap 'echo limit; exit 0' USR1; echo up; while :; do sleep 1; done",
                "-l",
                "s_rt=3");
    job.awaitLog(Await.SOON, "limit");
    job.awaitEnd(Await.SOON);
    assertTrue(job.log().startsWith("up"), job.log());
  }
}
