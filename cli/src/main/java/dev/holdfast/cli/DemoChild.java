// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One attempt of the demo's simulation, in a JVM of its own. */
final class DemoChild implements AutoCloseable {
  private static final String STEP = "step ";

  /** How Java reports the end of a process by SIGKILL. */
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path log;
  private final Thread progressReader;
  private final Thread messageReader;
  private volatile long step = -1;
  private volatile String lastMessage = "";

  private DemoChild(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.progressReader = reader("demo-progress", this::followProgress);
    this.messageReader = reader("demo-messages", this::followMessages);
  }

  private static Thread reader(String name, Runnable task) {
    return Thread.ofPlatform().daemon().name(name).start(task);
  }

  /**
   * Starts the simulation.
   *
   * @param folder where it runs
   * @param log where its messages go
   * @param environment what Holdfast is told, by name; nothing else of it is inherited
   */
  static DemoChild start(
      Path folder, Path log, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    command.add("-cp");
    command.add(classPath());
    command.add("HeatDiffusion");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
    builder.environment().keySet().removeIf(name -> name.startsWith("SLURM_"));
    builder.environment().putAll(environment);
    return new DemoChild(builder.start(), log);
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

  private void followProgress() {
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

  /** Keeps the last message, because the disk that the log is on may be what it is about. */
  private void followMessages() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !Character.isWhitespace(line.charAt(0))) {
          lastMessage = line.replaceFirst("^holdfast: ", "");
        }
        log(line);
      }
    } catch (IOException e) {
      // The process has ended in the middle of a line: what was read before counts.
    }
  }

  private void log(String line) {
    try {
      Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      // The log is a courtesy; a full disk stops the simulation itself, which tells so.
    }
  }

  /** The last step that it has told, -1 before the first. */
  long step() {
    return step;
  }

  /** What it said last. */
  String lastMessage() {
    return lastMessage;
  }

  boolean running() {
    return process.isAlive();
  }

  /**
   * SIGKILL; returns once the process is dead and all it said has been read.
   *
   * @return whether that is what it died of: it may have ended just before
   */
  boolean kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process's own method would throw away what it said
    return await() == KILLED;
  }

  /** Waits for its end and returns its exit code. */
  int await() throws InterruptedException {
    int code = process.waitFor();
    progressReader.join();
    messageReader.join();
    return code;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
