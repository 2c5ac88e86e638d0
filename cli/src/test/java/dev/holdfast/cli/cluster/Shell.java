// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Commands that are run to their end, and not longer than they may take. */
final class Shell {
  private Shell() {}

  /** What a command came to; its output without white space around it. */
  record Ended(List<String> command, int code, String out, String err) {
    Ended mustSucceed() {
      assertEquals(0, code, this::toString);
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", command) + ": code " + code + "\n" + out + "\n" + err;
    }
  }

  /**
   * Runs a command.
   *
   * @param environment added to this process's own
   */
  static Ended run(Duration atMost, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("command", ".out");
    Path err = Files.createTempFile("command", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      Process process =
          builder
              .redirectInput(new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return fail(command + " takes longer than " + atMost);
      }
      return new Ended(command, process.exitValue(), text(out), text(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Whether a program can be found. */
  static boolean has(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8).strip();
  }
}
