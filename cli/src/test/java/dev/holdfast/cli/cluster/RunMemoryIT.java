// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What {@code holdfast run} takes of the memory that a long command could use. How much that is
 * depends on the JVM too, so it is asked in the long runs only.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "holdfast.soak", matches = "true")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.MINUTES)
final class RunMemoryIT {
  private static final int MOST_KIB = 64 * 1024;

  /** After the last version the supervisor has the time to give back what it no longer needs. */
  private static final String PROGRAM =
      """
      for i in 1 2 3 4; do head -c 5000000 /dev/urandom >chk$i; done
      for i in 1 2 3 4 5; do sleep 8; head -c 20000 /dev/urandom >next && mv next chk0; done
      sleep 70
      grep VmRSS /proc/$PPID/status >resident
      """;

  @TempDir private Path temp;

  @Test
  void restartFilesOf20MegabytesKept_leavesTheSupervisorBelow64MiB() throws Exception {
    Installed command = Installed.into(temp);
    Path work = Files.createDirectories(temp.resolve("work"));
    Path program = Files.writeString(work.resolve("program"), PROGRAM);
    String run =
        "cd %s && %s run --state 'chk*' --settle 2s -- bash %s"
            .formatted(work, command.launcher(), program);
    Shell.Ended ended = Shell.run(Duration.ofMinutes(4), Map.of(), List.of("bash", "-c", run));

    assertEquals(0, ended.code(), ended::toString);
    assertTrue(ended.err().contains("complete; newest version"), ended::toString);
    String resident = Files.readString(work.resolve("resident"));
    System.out.println("memory of holdfast run: " + resident.strip());
    int kib = Integer.parseInt(resident.replaceAll("\\D", ""));
    assertTrue(kib < MOST_KIB, resident);
  }
}
