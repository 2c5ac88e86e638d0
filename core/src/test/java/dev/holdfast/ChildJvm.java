// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A JVM of its own, with this one's class path; its lines are read as they come. */
final class ChildJvm implements AutoCloseable {
  private static final long PATIENCE_MS = 60_000;
  private static final int SIGKILL_EXIT = 128 + 9;
  private static final String END = "\0end";

  private final Process process;
  private final Path errors;
  private final BufferedWriter input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /**
   * Starts a program.
   *
   * @param directory where it runs and keeps its temporary files
   * @param environment added to this process's, less what would set Holdfast up
   * @param before what the command begins with, such as a tracer
   * @param main the class and its arguments
   */
  ChildJvm(Path directory, Map<String, String> environment, List<String> before, String... main)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx192m",
            "-ea",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + directory,
            "-cp",
            System.getProperty("java.class.path")));
    command.addAll(List.of(main));
    errors = Files.createTempFile(directory, "stderr", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(ChildJvm::isSetting);
    builder.environment().putAll(environment);
    process = builder.redirectError(errors.toFile()).start();
    input = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("lines of " + process.pid()).start(this::read);
  }

  static boolean isSetting(String variable) {
    return variable.matches("(HOLDFAST|SLURM|PBS|LSB|SGE|FLUX|_CONDOR).*")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // The process has gone, as by a kill.
    } finally {
      lines.add(END);
    }
  }

  long pid() {
    return process.pid();
  }

  /** What a child has to say. */
  sealed interface Said {}

  /** A line. */
  record Line(String text) implements Said {}

  /** Nothing any more: it has ended. */
  record Ended() implements Said {}

  /** Nothing within the time. */
  record Silence() implements Said {}

  /** The next thing said within so many milliseconds, or within a minute. */
  Said listen(long millis) {
    try {
      String line = lines.poll(Math.min(millis, PATIENCE_MS), TimeUnit.MILLISECONDS);
      if (line == null) {
        return new Silence();
      }
      if (line.equals(END)) {
        lines.add(END); // for the next who asks
        return new Ended();
      }
      return new Line(line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a child", e);
    }
  }

  /** Waits for a line that begins so; the ones before it are handed on. */
  String expect(String beginning, Consumer<String> others) {
    while (true) {
      if (!(listen(PATIENCE_MS) instanceof Line(String text))) {
        return fail("\"" + beginning + "\" was never said\n" + errors());
      }
      if (text.startsWith(beginning)) {
        return text;
      }
      others.accept(text);
    }
  }

  /** Hands on what is still said until the end, and returns the exit code. */
  int awaitExit(Consumer<String> rest) {
    while (listen(PATIENCE_MS) instanceof Line(String text)) {
      rest.accept(text);
    }
    try {
      assertTrue(process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS), "does not end");
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a child", e);
    }
  }

  /** SIGKILL; what it had said before is handed on. */
  void kill(Consumer<String> rest) {
    process.toHandle().destroyForcibly(); // the process's own method closes what is to be read
    assertEquals(SIGKILL_EXIT, awaitExit(rest), errors());
  }

  /** Sends a signal, such as TERM, and returns when it has been sent. */
  void signal(String name) throws IOException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    assertEquals(0, kill.onExit().join().exitValue());
  }

  void send(String line) {
    try {
      input.write(line + "\n");
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until something stands on the error stream. */
  void awaitError(String containing) {
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (!errors().contains(containing)) {
      assertTrue(
          System.nanoTime() - end < 0, () -> "\"" + containing + "\" never told: " + errors());
      LockSupport.parkNanos(5_000_000);
    }
  }

  String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
