// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, with real processes that are really killed. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DemoTest {
  @TempDir private Path temp;

  @Test
  void demo_threeKills_endsWithTheSameBits() throws Exception {
    Path folder = temp.resolve("demo");
    Command.Result result =
        Command.run(
            "demo", "--size", 64, "--steps", 60_000, "--kills", 3, "--seed", 7, "--dir", folder,
            "--keep");
    result.mustBeDone();
    assertEquals(3, result.out().lines().filter(l -> l.contains("killed after step")).count());
    result.mustSay(
        "attempt 4   finished", "SAME BITS: field, random, probe.csv", "expected: waste");
    result.mustSay("loop blocked", "Kept: " + folder);
    Path killed = folder.resolve("killed");
    Command.run("verify", killed.resolve("heat.holdfast")).mustBeDone();
    assertEquals(
        -1,
        Files.mismatch(
            folder.resolve("reference").resolve("probe.csv"), killed.resolve("probe.csv")));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void demo_interrupted_leavesNoProcessAndNoFolder() throws Exception {
    List<String> temporary = List.of("-Djava.io.tmpdir=" + temp);
    Process process =
        Command.process(temporary, "demo", "--size", 1024, "--steps", 1_000_000).start();
    try (BufferedReader err = process.errorReader(UTF_8)) {
      try (BufferedReader out = process.inputReader(UTF_8)) {
        assertTrue(String.valueOf(out.readLine()).startsWith("Heat diffusion"));
        List<ProcessHandle> children = awaitChild(process);
        process.toHandle().destroy(); // SIGTERM
        assertEquals(128 + 15, process.waitFor());
        children.forEach(child -> assertFalse(child.isAlive(), "child " + child.pid()));
        assertEquals("", out.lines().reduce("", String::concat));
      }
      assertEquals(
          List.of("holdfast: interrupted; the command was ended"),
          err.lines().filter(line -> !line.endsWith("%")).toList());
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(), left.filter(p -> p.toString().contains("holdfast-demo-")).toList());
    }
  }

  private static List<ProcessHandle> awaitChild(Process process) {
    List<ProcessHandle> children = List.of();
    while (children.isEmpty() && process.isAlive()) {
      children = process.children().toList();
      Thread.onSpinWait();
    }
    return children;
  }

  @Test
  void folder_notEmpty_isRefusedAndUntouched() throws Exception {
    Path file = Files.writeString(temp.resolve("mine"), "mine");
    Command.run("demo", "--dir", temp)
        .mustFail(ExitCode.CANNOT_CREATE, temp + " is not an empty folder");
    Command.run("demo", "--dir", file)
        .mustFail(ExitCode.CANNOT_CREATE, file + " is not an empty folder");
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void folder_cannotBeMade_exits73() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "");
    Command.run("demo", "--dir", file.resolve("below"))
        .mustFail(ExitCode.CANNOT_CREATE, "making " + file.resolve("below"), "--dir");
  }

  @Test
  void temporaryFolder_missing_exits73() throws Exception {
    List<String> options = List.of("-Djava.io.tmpdir=" + temp.resolve("missing"));
    Command.finish(Command.process(options, "demo").start())
        .mustFail(ExitCode.CANNOT_CREATE, temp.resolve("missing").toString(), "--dir");
  }
}
