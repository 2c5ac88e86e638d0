// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import static java.nio.file.StandardOpenOption.READ;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The image of a whole JVM that holds the state, by CRIU or DMTCP where one is installed. The
 * process stands still meanwhile; afterwards the image is synced. Both write uncompressed.
 */
final class WholeProcess {
  private static final int PATIENCE_SECONDS = 120;

  private final Path folder;
  private final long bytes;

  WholeProcess(Path folder, long bytes) {
    this.folder = folder;
    this.bytes = bytes;
  }

  /**
   * A tool that keeps processes.
   *
   * @param launch what stands before the command
   * @param command the words of the checkpoint; PID and FOLDER are replaced
   */
  record Tool(String name, String program, List<String> launch, List<String> command) {
    static final List<Tool> ALL =
        List.of(
            new Tool(
                "CRIU",
                "criu",
                List.of(),
                List.of(
                    "criu",
                    "dump",
                    "--tree",
                    "PID",
                    "--images-dir",
                    "FOLDER",
                    "--shell-job",
                    "--leave-running")),
            new Tool(
                "DMTCP",
                "dmtcp_launch",
                List.of("dmtcp_launch", "--new-coordinator", "--no-gzip", "--ckptdir", "FOLDER"),
                List.of("dmtcp_command", "--bcheckpoint")));

    boolean installed() {
      return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
          .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
  }

  /** Keeps the process once. */
  Peer.Timing measure(Tool tool) throws IOException, InterruptedException {
    Folders.delete(folder);
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>(replaced(tool.launch(), ""));
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "-Xmx" + (2 * bytes + (256L << 20)),
            "-cp",
            System.getProperty("java.class.path"),
            StateHolder.class.getName(),
            String.valueOf(bytes)));
    Process holder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = holder.inputReader()) {
      if (!StateHolder.READY.equals(output.readLine())) {
        throw new IOException("the process that holds the state did not start");
      }
      Stopwatch watch = new Stopwatch();
      run(replaced(tool.command(), String.valueOf(holder.pid())));
      double blocked = watch.seconds();
      long stored = syncAll();
      return new Peer.Timing(blocked, watch.seconds(), stored);
    } finally {
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly().waitFor();
      Folders.delete(folder);
    }
  }

  private List<String> replaced(List<String> words, String pid) {
    return words.stream()
        .map(word -> word.equals("PID") ? pid : word.equals("FOLDER") ? folder.toString() : word)
        .toList();
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command.getFirst() + " is not done after " + PATIENCE_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(command.getFirst() + " ended with code " + process.exitValue());
    }
  }

  /** Returns how many bytes the image has; 0 would be no image. */
  private long syncAll() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    long stored = 0;
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, READ)) {
        channel.force(true);
      }
      stored += Files.size(file);
    }
    if (stored < bytes) {
      throw new IOException("the image has " + stored + " bytes, less than the state");
    }
    return stored;
  }
}
