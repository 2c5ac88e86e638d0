// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills a real simulation again and again and shows that it ends with the same bits. */
@Command(
    name = "demo",
    description =
        "Run a heat simulation, kill it with SIGKILL again and again, and compare the result with"
            + " an undisturbed run, bit by bit.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int SIZE_MIN = 16;
  private static final int SIZE_MAX = 16_384;
  private static final int KILLS_MAX = 1000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--size",
      defaultValue = "1024",
      paramLabel = "N",
      description = "The plate has N x N cells; 1024 unless said otherwise.")
  private int size;

  @Option(
      names = "--steps",
      defaultValue = "0",
      paramLabel = "N",
      description = "Steps to simulate; without it so many that it takes some ten seconds.")
  private long steps;

  @Option(
      names = "--kills",
      defaultValue = "3",
      paramLabel = "K",
      description = "How often to kill, 3 or more; 3 unless said otherwise.")
  private int kills;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Chooses the moments and the simulation's random numbers; 1 unless said.")
  private long seed;

  @Option(
      names = "--dir",
      paramLabel = "D",
      description = "Work in this new or empty folder; without it in a temporary one.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep the folder with both stores and all logs.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    Path folder = folder();
    boolean same = false;
    try {
      Demo demo = new Demo(folder, size, steps(), kills, seed, spec.commandLine());
      same = demo.run();
      return same ? ExitCode.DONE : ExitCode.FAILED;
    } finally {
      if (keep || !same) {
        spec.commandLine().getErr().println("kept: " + folder);
      } else {
        delete(folder);
      }
    }
  }

  private void checkOptions() {
    if (size < SIZE_MIN || size > SIZE_MAX) {
      throw usage("--size " + size, "choose " + SIZE_MIN + " to " + SIZE_MAX);
    }
    if (kills < 3 || kills > KILLS_MAX) {
      throw usage("--kills " + kills, "choose 3 to " + KILLS_MAX);
    }
    if (steps < 0) {
      throw usage("--steps " + steps, "choose 1 or more, or leave it out");
    }
  }

  private static CommandException usage(String given, String remedy) {
    return new CommandException(ExitCode.USAGE, given + ": " + remedy);
  }

  /** As many as take about eight seconds at the default size; smaller plates do more of them. */
  private long steps() {
    long cells = (long) size * size;
    return steps > 0 ? steps : Math.clamp(6_000L * 1024 * 1024 / cells, 400, 200_000);
  }

  private Path folder() throws IOException {
    if (directory == null) {
      return Files.createTempDirectory("holdfast-demo-");
    }
    Path folder = directory.toAbsolutePath();
    if (Files.exists(folder)) {
      if (!Files.isDirectory(folder) || !isEmpty(folder)) {
        throw new CommandException(
            ExitCode.CANNOT_CREATE, folder + " is not an empty folder; name another with --dir");
      }
      return folder;
    }
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_CREATE,
          folder + " cannot be made (" + e.getMessage() + "); name another with --dir");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
