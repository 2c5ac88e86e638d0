// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Commands.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemCommandsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Commands commands =
      Commands.system(
          Map.of(
              "PATH", "/usr/bin:/bin",
              "TZ", "Europe/Berlin",
              "SQUEUE_STATES", "RUNNING",
              "SLURM_CONF", "/etc/slurm.conf",
              "SLURM_RESTART_COUNT", "3"));

  private Result shell(String script) {
    return commands.run(LONG, List.of("/bin/sh", "-c", script));
  }

  @Test
  void run_tellsCodeAndBothOutputs() {
    assertEquals(new Result(3, "a\n", "b\n"), shell("echo a; echo b >&2; exit 3"));
  }

  @Test
  void questions_areAskedInUtc_withoutTheUsersFilters() {
    assertEquals(
        "UTC C  /etc/slurm.conf 3\n",
        shell("echo $TZ $LC_ALL \"$SQUEUE_STATES\" $SLURM_CONF $SLURM_RESTART_COUNT").out());
  }

  /** What is submitted inherits the environment. */
  @Test
  void submitting_passesOnTheZone_butNotWhatSlurmSaysOfThisJob(@TempDir Path folder)
      throws Exception {
    Path sbatch = folder.resolve("sbatch");
    Files.writeString(sbatch, "#!/bin/sh\necho $TZ $SLURM_CONF \"<$SLURM_RESTART_COUNT>\"\n");
    Files.setPosixFilePermissions(sbatch, PosixFilePermissions.fromString("rwxr-xr-x"));
    Commands there =
        Commands.system(
            Map.of(
                "PATH", folder + ":/usr/bin:/bin",
                "TZ", "Europe/Berlin",
                "SLURM_CONF", "/etc/slurm.conf",
                "SLURM_RESTART_COUNT", "3"));
    assertEquals(
        "Europe/Berlin /etc/slurm.conf <>\n",
        there.run(LONG, List.of("/usr/bin/env", "sbatch")).out());
  }

  @Test
  void commandThatHangs_isKilledWithItsChildren() {
    Result result =
        commands.run(Duration.ofMillis(300), List.of("/bin/sh", "-c", "sleep 1000; echo never"));
    assertEquals(Result.NO_ANSWER, result.code());
  }

  /** A daemon that a command leaves behind keeps its pipes; waiting for it would be for ever. */
  @Test
  void commandThatLeavesAChildWithItsPipes_endsAtTheLimit() {
    Result result =
        commands.run(Duration.ofMillis(500), List.of("/bin/sh", "-c", "sleep 5 & exit 0"));
    assertEquals(Result.NO_ANSWER, result.code());
  }

  @Test
  void endlessOutput_isCutOff() {
    Result result = shell("head -c 3000000 /dev/zero");
    assertEquals(0, result.code());
    assertEquals(1 << 20, result.out().length());
  }

  @Test
  void missingProgram_isSaid() {
    assertEquals(Result.NOT_STARTED, commands.run(LONG, List.of("/nowhere/scontrol")).code());
    assertEquals(Optional.empty(), commands.find("no-such-scheduler"));
    assertTrue(commands.find("sh").isPresent());
    assertFalse(Commands.system(Map.of()).find("sh").isPresent());
  }
}
