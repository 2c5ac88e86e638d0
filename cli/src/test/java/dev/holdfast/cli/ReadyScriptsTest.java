// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The scripts in examples/batch; the schedulers run them in the tests of the package cluster. */
final class ReadyScriptsTest {
  private static List<Path> scripts() throws IOException {
    Path folder = Path.of("").toAbsolutePath().resolveSibling("examples/batch");
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void scripts_passShellcheck() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "shellcheck"))),
        "shellcheck is not installed");
    List<String> command = new ArrayList<>(List.of("shellcheck"));
    scripts().forEach(script -> command.add(script.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertEquals("", new String(process.getInputStream().readAllBytes(), UTF_8));
    assertEquals(0, process.waitFor());
  }

  @Test
  void scripts_haveTwoLinesToChange() throws Exception {
    assertEquals(7, scripts().size());
    for (Path script : scripts()) {
      List<String> lines = Files.readAllLines(script);
      assertEquals("#!/bin/bash", lines.getFirst(), script::toString);
      assertEquals(1, lines.stream().filter(line -> line.startsWith("holdfast=")).count());
      assertEquals(1, lines.stream().filter(line -> line.startsWith("program=")).count());
      assertTrue(lines.stream().anyMatch(line -> line.startsWith("exec \"$holdfast\" run ")));
    }
  }
}
