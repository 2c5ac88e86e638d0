// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.SystemFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code holdfast run} in a JVM of its own, as the launcher would start it. */
final class RunProcess implements AutoCloseable {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private final Path folder;
  private final Process process;
  private final Path out;
  private final Path err;

  private RunProcess(Path folder, Process process, Path out, Path err) {
    this.folder = folder;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts it in a folder; its output goes to files there. */
  static RunProcess start(Path folder, Map<String, String> environment, Object... arguments)
      throws IOException {
    List<Object> line = new ArrayList<>(List.of("run"));
    line.addAll(List.of(arguments));
    ProcessBuilder java = Command.process(List.of("-Xmx64m", "-XX:+UseSerialGC"), line.toArray());
    List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' USR1 XCPU; exec \"$@\""));
    command.add("sh");
    command.addAll(java.command());
    java.command(command);
    java.environment().keySet().removeIf(name -> name.matches("(SLURM|PBS|LSB)_.*"));
    java.environment().putAll(environment);
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        java.directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new RunProcess(folder, process, out, err);
  }

  /** The job of these tests, as a command. */
  static List<String> job(String... arguments) {
    return DrillPrograms.java("dev.holdfast.cli.planted.RunJob", arguments);
  }

  /** Options, then the command after two dashes. */
  static Object[] line(List<String> command, Object... options) {
    List<Object> line = new ArrayList<>(List.of(options));
    line.add("--");
    line.addAll(command);
    return line.toArray();
  }

  long pid() {
    return process.pid();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for something to become true. */
  void await(String what, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - begin < PATIENCE_NS, () -> what + " never came\n" + this);
      LockSupport.parkNanos(5_000_000);
    }
  }

  void awaitErr(String text) {
    await("\"" + text + "\"", () -> err().contains(text));
  }

  void awaitOut(String text) {
    await("\"" + text + "\"", () -> out().contains(text));
  }

  /** The pid of the command that is supervised, from its note beside the store. */
  long child() {
    return child(".holdfast.run");
  }

  long child(String notes) {
    Path note = folder.resolve(notes).resolve("child-" + SystemFacts.hostName() + "-" + pid());
    await("a running command", () -> Files.exists(note));
    Matcher pid = Pattern.compile("(?m)^child=([0-9]+)$").matcher(read(note));
    assertTrue(pid.find());
    return Long.parseLong(pid.group(1));
  }

  void signal(String name) throws Exception {
    signal(name, pid());
  }

  static void signal(String name, long pid) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid).inheritIO().start().waitFor();
  }

  static boolean alive(long pid) {
    return SystemFacts.processStart(pid).isPresent();
  }

  int exit() throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE_NS, TimeUnit.NANOSECONDS), this::toString);
    return process.exitValue();
  }

  @Override
  public String toString() {
    return "-- err\n" + err() + "\n-- out\n" + out();
  }

  /** Ends what a failed test left running: the kernel ends the command with its supervisor. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
