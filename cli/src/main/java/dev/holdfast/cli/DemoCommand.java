// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
            + " an undisturbed run, bit by bit. Ends with 0 only when every kill struck and all"
            + " bits agree.",
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final int SIZE_MIN = 16;
  private static final int SIZE_MAX = 16_384;
  private static final int KILLS_MIN = 3;
  private static final int KILLS_MAX = 1000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--size",
      defaultValue = "1024",
      paramLabel = "N",
      description = "The plate has N x N cells, 16 to 16384; 1024 unless said.")
  private int size;

  @Option(
      names = "--steps",
      defaultValue = "0",
      paramLabel = "N",
      description = "Steps to simulate; unless said so many that it takes some ten seconds.")
  private long steps;

  @Option(
      names = "--kills",
      defaultValue = "3",
      paramLabel = "K",
      description = "How often to kill, 3 to 1000; 3 unless said.")
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
      description = "Work in this new or empty folder; unless said in a temporary one.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep the folder with both stores and all logs.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    checkOptions();
    WorkFolder folder = WorkFolder.make(directory, "--dir", "demo");
    Demo demo = new Demo(size, steps(), kills, seed);
    DrillRun run = new DrillRun(folder, keep, spec.commandLine());
    run.tell(demo.title());
    return run.hold(
        demo.plan(folder.path()),
        demo::inWords,
        result -> {
          demo.inWords(result).forEach(run::tell);
          return demo.code(result);
        });
  }

  private void checkOptions() {
    if (size < SIZE_MIN || size > SIZE_MAX) {
      throw usage("--size " + size, "choose " + SIZE_MIN + " to " + SIZE_MAX);
    }
    if (kills < KILLS_MIN || kills > KILLS_MAX) {
      throw usage("--kills " + kills, "choose " + KILLS_MIN + " to " + KILLS_MAX);
    }
    if (steps < 0) {
      throw usage("--steps " + steps, "choose 1 or more, or leave it out");
    }
  }

  /** As many as take about eight seconds at the default size; smaller plates do more of them. */
  private long steps() {
    long cells = (long) size * size;
    return steps > 0 ? steps : Math.clamp(5_000L * 1024 * 1024 / cells, 400, 200_000);
  }
}
