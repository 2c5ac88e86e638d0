// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A heat example, in Java or in C, and what it comes to when nobody disturbs it. It rests after
 * each step, so that it takes the same time on any machine and many can run at once; the reference
 * does not.
 *
 * @param command for a shell, without the time to rest
 * @param output the file it appends to
 * @param result the line it prints at the end
 * @param lines what is in the file then
 */
record Heat(String command, String output, String result, List<String> lines) {
  private static final Duration REFERENCE_LIMIT = Duration.ofMinutes(2);

  /** Runs it undisturbed, without a store. */
  static Heat of(Path folder, String command, String output) throws Exception {
    Files.createDirectories(folder);
    String line = "cd " + folder + " && exec " + command;
    Shell.Ended ended =
        Shell.run(REFERENCE_LIMIT, Map.of("HOLDFAST", "off"), List.of("bash", "-c", line))
            .mustSucceed();
    String result = ended.out().lines().reduce("", (before, last) -> last);
    assertTrue(result.startsWith("mean temperature"), ended::toString);
    return new Heat(command, output, result, Files.readAllLines(folder.resolve(output)));
  }

  /** The command that takes so long for each step. */
  String resting(int milliseconds) {
    return command + " " + milliseconds;
  }

  /** Whatever happened on the way: the same result, once, and every line of the output once. */
  void mustBeTheResultOf(String log, Path work) throws IOException {
    List<String> results = log.lines().filter(line -> line.startsWith("mean temp")).toList();
    assertEquals(List.of(result), results, log);
    assertEquals(lines, Files.readAllLines(work.resolve(output)), log);
  }

  void mustNotBeDone(String log) {
    assertFalse(log.contains("mean temperature"), log);
  }
}
