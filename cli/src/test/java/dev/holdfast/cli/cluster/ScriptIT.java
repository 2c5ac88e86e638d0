// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real Slurm takes the scripts that holdfast script writes. */
@Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class ScriptIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final List<String> OPTIONS =
      List.of(
          "--time 24:00:00 --cost 5min --queue main --account p1 --job-name wave",
          "--array 1-20",
          "--array 1-8:2%4 --time 90min --state chk-{task}*",
          "--nodes 2 --ntasks 4 --cpus-per-task 2 --time 1-12:00:00 --chain 3",
          "--directive=--mail-type=FAIL --chdir /");

  @Test
  void script_ofAnyOptions_isTakenBySlurm() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    try (SlurmCluster cluster = SlurmCluster.start(2, 4)) {
      Path folder = cluster.workFolder("scripts");
      for (int i = 0; i < OPTIONS.size(); i++) {
        Path script = folder.resolve("job" + i + ".sh");
        write(script, OPTIONS.get(i));
        Shell.Ended answer = cluster.command("sbatch", "--test-only", script.toString());
        answer.mustSucceed();
      }
    }
  }

  /** By hand it submits itself, and the jobs run one after the other. */
  @Test
  void chain_runByHand_runsInTurn() throws Exception {
    Optional<String> missing = SlurmCluster.missing();
    assumeTrue(missing.isEmpty(), () -> "no Slurm: " + missing.orElseThrow());
    try (SlurmCluster cluster = SlurmCluster.start(1, 2)) {
      Path folder = cluster.workFolder("chain");
      Path log = folder.resolve("log");
      Path launcher = folder.resolve("holdfast");
      Files.writeString(
          launcher, "#!/bin/sh\necho \"begin $*\" >>'" + log + "'; echo end >>'" + log + "'\n");
      assertTrue(launcher.toFile().setExecutable(true));
      Path script = folder.resolve("chain.sh");
      write(script, "--chain 3 --launcher " + launcher + " --chdir " + folder);
      Shell.run(
              LIMIT, cluster.environment(), List.of("bash", "-c", "cd '" + folder + "'; " + script))
          .mustSucceed();
      String run = "begin run --store " + folder + "/a.holdfast --requeue=chain -- ./a b c\nend\n";
      Await.until(
          "three jobs in turn", LIMIT, () -> read(log).equals(run.repeat(3)), () -> text(log));
    }
  }

  private static String read(Path log) throws Exception {
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static String text(Path log) {
    try {
      return read(log);
    } catch (Exception e) {
      return e.toString();
    }
  }

  private static void write(Path script, String options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.holdfast.cli.Main", "script", "slurm", "-o", script.toString()));
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("--", "./a", "b c"));
    Shell.run(LIMIT, Map.of(), command).mustSucceed();
  }
}
