// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.simulator.drill.DrillException;
import dev.holdfast.simulator.drill.DrillPlan;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.simulator.drill.DrillSignal;
import dev.holdfast.simulator.drill.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Kills a real command again and again and compares the end with an undisturbed run. */
@Command(
    name = "drill",
    description = {
      "Run a command undisturbed in a new folder, then in another one, killing it with all its"
          + " children at random moments and starting it again until it ends; then compare what"
          + " both have left, bit by bit.",
      "Any command that goes on after a restart can be drilled. It runs in another folder: the"
          + " program, a script, -cp and -jar may be relative; write other paths in full."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  survived, same bits",
      "   1  did not survive, or nothing was shown",
      "   2  wrong usage, or no such program",
      "   3  survived with other bits; the first place of each is named"
    },
    sortOptions = false)
final class DrillCommand implements Callable<Integer> {
  private static final int KILLS_MAX = 100_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "K",
      description =
          "How often to strike, spread over the run; unless said as often as fits, 3 to 20.")
  private @Nullable Integer kills;

  @Option(
      names = {"-M", "--mttf", "--mtbf"},
      paramLabel = "TIME",
      description =
          "Strike at exponential random times of this mean, such as 30s, until the end or --kills.")
  private @Nullable String mttf;

  @Option(
      names = "--signal",
      paramLabel = "SIGNAL",
      split = ",",
      description =
          "What to strike with, each at random: KILL; TERM asks it to stop (exit code 75); STOP"
              + " suspends it for a while. KILL unless said.")
  private List<DrillSignal> signals = List.of(DrillSignal.KILL);

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Chooses the moments; 1 unless said.")
  private long seed;

  @Option(
      names = "--same",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Files in the command's folder that must be the same. What a Holdfast store holds, and"
              + " its output files, are compared anyway; without a store and this, all files.")
  private List<String> same = new ArrayList<>();

  @Option(
      names = "--store",
      paramLabel = "PATH",
      description = "The store in the command's folder; unless said it is found.")
  private @Nullable String store;

  @Option(
      names = "--patience",
      defaultValue = "" + DrillPlan.PATIENCE,
      paramLabel = "N",
      description = "Attempts in a row without progress before giving up; 5 unless said.")
  private int patience;

  @Option(
      names = "--in",
      paramLabel = "FOLDER",
      description = "Work in this new or empty folder; unless said in a temporary one.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep the folder with both runs and all logs.")
  private boolean keep;

  @Option(names = "--json", description = "For programs: schema holdfast.drill/1.")
  private boolean json;

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "What to run, after --, with its arguments.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    checkOptions();
    List<String> located = locate();
    WorkFolder folder = WorkFolder.make(directory, "--in", "drill");
    DrillPlan plan =
        new DrillPlan(
            located,
            folder.path(),
            kills == null ? OptionalInt.empty() : OptionalInt.of(kills),
            mttf(),
            signals,
            seed,
            same,
            Optional.ofNullable(store),
            patience,
            Optional.empty());
    DrillRun run = new DrillRun(folder, keep, spec.commandLine());
    if (json) {
      DrillJson answer = new DrillJson();
      return run.hold(
          plan,
          answer::add,
          result -> {
            run.tell(answer.of(plan, result));
            return DrillText.code(result.verdict());
          });
    }
    run.tell("Drill of " + DrillText.command(command) + " (seed " + seed + ")");
    return run.hold(plan, DrillText::of, result -> report(run, result));
  }

  private static int report(DrillRun run, DrillResult result) {
    DrillText.of(result).forEach(run::tell);
    return DrillText.code(result.verdict());
  }

  private List<String> locate() {
    try {
      return Program.locate(command, Path.of("").toAbsolutePath());
    } catch (DrillException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private Optional<Duration> mttf() {
    return Optional.ofNullable(mttf)
        .map(given -> TimeOption.positive("--mttf", given, "choose more than 0, such as 30s"));
  }

  private void checkOptions() {
    if (kills != null && (kills < 1 || kills > KILLS_MAX)) {
      throw usage("--kills " + kills, "choose 1 to " + KILLS_MAX);
    }
    if (patience < 1) {
      throw usage("--patience " + patience, "choose 1 or more");
    }
    for (String file : same) {
      if (Path.of(file).isAbsolute()) {
        throw usage("--same " + file, "write it as seen from the folder that the command runs in");
      }
    }
    if (store != null && Path.of(store).isAbsolute()) {
      throw usage("--store " + store, "write it as seen from the folder that the command runs in");
    }
  }
}
