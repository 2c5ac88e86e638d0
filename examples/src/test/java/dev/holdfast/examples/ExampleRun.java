// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * A program that runs in a process of its own, as a person would start it. What it prints is
 * collected line by line, so that a test can wait for it. Closing ends it.
 */
final class ExampleRun implements AutoCloseable {
  /** The end of any wait: far beyond what a slow machine needs. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Variables that would change what a child does: settings, schedulers, options of JVMs. */
  private static final Pattern FOREIGN =
      Pattern.compile("(HOLDFAST|SLURM_|PBS_|LSB_|JAVA_TOOL_|JDK_JAVA_|_JAVA_).*");

  private final List<String> command;
  private final Process process;
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private int openStreams = 2;

  private ExampleRun(List<String> command, Process process) {
    this.command = command;
    this.process = process;
    collect(process.inputReader(), out);
    collect(process.errorReader(), err);
  }

  /**
   * How a run ended.
   *
   * @param out lines on the standard stream
   * @param err lines on the error stream
   */
  record Ended(int code, List<String> out, List<String> err) {
    boolean said(String part) {
      return err.stream().anyMatch(line -> line.contains(part));
    }
  }

  /**
   * Starts a program.
   *
   * @param prefix a command that runs another, such as nohup; may be empty
   * @param program its main class
   * @param environment added to this process's own, cleared of Holdfast's
   */
  static ExampleRun start(
      List<String> prefix,
      String program,
      List<String> arguments,
      Path directory,
      Map<String, String> environment) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-ea");
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC"); // with these two a JVM starts fastest
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program);
    command.addAll(arguments);
    return start(command, directory, environment);
  }

  /** Starts any command; see above. */
  static ExampleRun start(List<String> command, Path directory, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> FOREIGN.matcher(name).matches());
    builder.environment().putAll(environment);
    try {
      return new ExampleRun(command, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void collect(BufferedReader from, List<String> into) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (from) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
              add(into, line);
            }
          } catch (IOException e) {
            add(err, "(its output cannot be read: " + e + ")");
          }
          streamEnded();
        });
  }

  private synchronized void add(List<String> into, String line) {
    into.add(line);
    notifyAll();
  }

  private synchronized void streamEnded() {
    openStreams--;
    notifyAll();
  }

  private void await(String what, BooleanSupplier reached) throws InterruptedException {
    if (!await(reached, PATIENCE.toNanos())) {
      fail("no " + what + " in " + PATIENCE.toSeconds() + " s, or before its end: " + this);
    }
  }

  /** Waits until something is so, or nothing more can come, or the time is over. */
  private synchronized boolean await(BooleanSupplier reached, long atMostNs)
      throws InterruptedException {
    long deadline = System.nanoTime() + atMostNs;
    while (!reached.getAsBoolean()) {
      long leftNs = deadline - System.nanoTime();
      if (leftNs <= 0 || openStreams == 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    return true;
  }

  /** Waits until it has printed one of these lines, but not longer than that. */
  void awaitOneOf(Set<String> lines, long atMostNs) throws InterruptedException {
    await(() -> out.stream().anyMatch(lines::contains), atMostNs);
  }

  /** Waits until it has printed so many lines. */
  void awaitLines(int count) throws InterruptedException {
    await(count + " lines", () -> out.size() >= count);
  }

  /** Waits until it has printed so many more lines. */
  void awaitMoreLines(int count) throws InterruptedException {
    int before;
    synchronized (this) {
      before = out.size();
    }
    awaitLines(before + count);
  }

  /** Waits for a line on its error stream. */
  void awaitMessage(String part) throws InterruptedException {
    await("\"" + part + "\"", () -> err.stream().anyMatch(line -> line.contains(part)));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Sends a signal by name, without SIG. */
  void signal(String name) throws IOException, InterruptedException {
    String kill = "kill -s " + name + " " + pid(); // the shell's own: no other program is needed
    int code = new ProcessBuilder("sh", "-c", kill).inheritIO().start().waitFor();
    if (code != 0) {
      fail(kill + " failed with " + code + ": " + this);
    }
  }

  /** Ends it with SIGKILL. */
  Ended kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process's own method closes what is to be read
    return await();
  }

  /** Waits for its end and for all it has printed. */
  Ended await() throws InterruptedException {
    await("end", () -> openStreams == 0);
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      fail("it closed its streams and did not end: " + this);
    }
    synchronized (this) {
      return new Ended(process.exitValue(), List.copyOf(out), List.copyOf(err));
    }
  }

  @Override
  public synchronized String toString() {
    return String.join(" ", command)
        + "\n-- out:\n"
        + String.join("\n", out.subList(Math.max(0, out.size() - 20), out.size()))
        + "\n-- err:\n"
        + String.join("\n", err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
