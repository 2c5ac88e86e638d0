// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One attempt of the demo's simulation, in a JVM of its own. */
final class DemoChild implements AutoCloseable {
  private static final String STEP = "step ";

  private final Process process;
  private final Thread reader;
  private volatile long step = -1;

  private DemoChild(Process process) {
    this.process = process;
    this.reader =
        Thread.ofPlatform().daemon().name("demo-output").unstarted(this::follow);
    reader.start();
  }

  /**
   * Starts the simulation.
   *
   * @param folder where it runs
   * @param log where its messages go
   * @param environment what Holdfast is told, by name; nothing else of it is inherited
   */
  static DemoChild start(
      Path folder, Path log, int size, long steps, long seed, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    command.add("-cp");
    command.add(classPath());
    command.add("HeatDiffusion");
    command.addAll(List.of("" + size, "" + steps, "" + seed));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
    builder.environment().keySet().removeIf(name -> name.startsWith("SLURM_"));
    builder.environment().putAll(environment);
    return new DemoChild(builder.start());
  }

  /** The demo's own class path, absolute: the child runs in another folder. */
  private static String classPath() {
    List<String> parts = new ArrayList<>();
    String own = System.getProperty("java.class.path");
    for (String part : own.split(File.pathSeparator, -1)) {
      parts.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, parts);
  }

  private void follow() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(STEP)) {
          step = Long.parseLong(line.substring(STEP.length()).strip());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // The process has ended in the middle of a line: what was read before counts.
    }
  }

  /** The last step that it has told, -1 before the first. */
  long step() {
    return step;
  }

  boolean running() {
    return process.isAlive();
  }

  /** SIGKILL; returns once the process is dead and all it said has been read. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    reader.join();
  }

  /** Waits for its end and returns its exit code. */
  int await() throws InterruptedException {
    int code = process.waitFor();
    reader.join();
    return code;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
