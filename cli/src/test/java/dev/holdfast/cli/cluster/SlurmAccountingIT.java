// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a Slurm with accounting says of its jobs is a failure log, read through a pipe. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class SlurmAccountingIT {

  private static final String SINCE = "--starttime=now-1hour";

  /** As the README has it. */
  private static String pipe(Path launcher) {
    String fields = "JobID,State,Start,End,NNodes";
    return "sacct -aXPD "
        + SINCE
        + " -o "
        + fields
        + " | "
        + launcher
        + " fit - --format sacct --json";
  }

  private static final String LONG_AT_FIRST =
      "if [ \"${SLURM_RESTART_COUNT:-0}\" = 0 ]; then sleep 2; echo up; exec sleep 600; fi; sleep"
          + " 2";

  @Test
  void jobsThatEndInEveryWay_arePipedFromSacct_andOnlyTheNodeHasFailed() throws Exception {
    Optional<String> missing = SlurmCluster.missingForAccounting();
    assumeTrue(missing.isEmpty(), () -> "no Slurm with accounting: " + missing.orElseThrow());
    try (SlurmCluster slurm = SlurmCluster.start(2, 4, Map.of("SLURM_FIXTURE_ACCOUNTING", "yes"))) {
      Installed command = Installed.into(slurm.folder());
      runJobs(slurm);

      // The record is written a moment after the end.
      Map<String, Integer> expected =
          Map.of("COMPLETED", 3, "FAILED", 1, "REQUEUED", 1, "NODE_FAIL", 1, "CANCELLED", 1);
      Await.until(
          "all in the record", Await.SOON, () -> ends(slurm).equals(expected), slurm::account);
      String fit =
          Shell.run(
                  Await.SOON,
                  slurm.environment(),
                  List.of("bash", "-o", "pipefail", "-c", pipe(command.launcher())))
              .mustSucceed()
              .out();

      for (String fact :
          List.of(
              "\"accepted\": 7,", "\"rejected\": {},", "\"failures\": 1,", "\"censored\": 6,")) {
        assertTrue(fit.contains(fact), fact + " in " + fit);
      }
    }
  }

  /** Each run takes more than a second: one of no time says nothing. */
  private static void runJobs(SlurmCluster slurm) throws Exception {
    SlurmJob done = submit(slurm, "done", "sleep 2", "n1");
    SlurmJob failed = submit(slurm, "failed", "sleep 2; exit 3", "n1");
    SlurmJob requeued = submit(slurm, "requeued", LONG_AT_FIRST, "n1");
    SlurmJob cancelled = submit(slurm, "cancelled", LONG_AT_FIRST, "n1");
    SlurmJob lost = submit(slurm, "lost", LONG_AT_FIRST, "n2");
    for (SlurmJob job : List.of(requeued, cancelled, lost)) {
      job.awaitLog(Await.SOON, "up");
    }
    requeued.requeue();
    cancelled.cancel();
    slurm.down("n2"); // it comes back by itself, because its daemon lives

    assertEquals("COMPLETED", done.awaitEnd(Await.SOON));
    assertEquals("FAILED", failed.awaitEnd(Await.SOON));
    assertEquals("COMPLETED", requeued.awaitEnd(Await.SOON));
    assertEquals("CANCELLED", cancelled.awaitEnd(Await.SOON));
    assertEquals("COMPLETED", lost.awaitEnd(Await.SOON));
  }

  private static SlurmJob submit(SlurmCluster slurm, String name, String script, String node)
      throws Exception {
    return slurm.submit(slurm.workFolder(name), script, "--requeue", "--nodelist=" + node);
  }

  /** How often each way to end is in the record. */
  private static Map<String, Integer> ends(SlurmCluster slurm) throws Exception {
    Map<String, Integer> ends = new TreeMap<>();
    slurm
        .command("sacct", "-aXPDn", SINCE, "-o", "State")
        .mustSucceed()
        .out()
        .lines()
        .forEach(state -> ends.merge(state.replace(" by 0", ""), 1, Integer::sum));
    return ends;
  }
}
