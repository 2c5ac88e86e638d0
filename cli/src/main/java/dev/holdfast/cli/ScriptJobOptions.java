// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.script.ScriptWish;
import dev.holdfast.cli.script.TaskRange;
import dev.holdfast.cli.script.WallTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the scheduler is told of a job. */
final class ScriptJobOptions {
  private static final int COUNT_MAX = 1_000_000;
  private static final int CHAIN_MAX = 1000;

  /** What every scheduler takes for a name. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,62}");

  /** Nothing that a scheduler, or the shell, would read as more than a word. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.,:@/+=-]{0,199}");

  @Option(
      names = {"--time", "-t"},
      paramLabel = "LIMIT",
      description = "Time limit: 24:00:00, 1-12:00:00, 24h, 90min.")
  private @Nullable String time;

  @Option(
      names = {"--nodes", "-N"},
      paramLabel = "N",
      description = "Nodes.")
  private @Nullable String nodes;

  @Option(
      names = {"--ntasks", "-n"},
      paramLabel = "N",
      description = "Tasks (ranks) in all; several are started by srun or mpiexec.")
  private @Nullable String tasks;

  @Option(
      names = {"--cpus-per-task", "-c"},
      paramLabel = "N",
      description = "Processors for each task.")
  private @Nullable String cpusPerTask;

  @Option(
      names = {"--array", "-a"},
      paramLabel = "TASKS",
      description =
          "An array of jobs: 1-20, 1,4,7-9, 0-99%%4. {task} in the command, --state, --done or"
              + " --store becomes the task's number.")
  private @Nullable String array;

  @Option(
      names = "--chain",
      paramLabel = "N",
      description =
          "Submit N jobs at once, each waiting for the one before, where users may not requeue.")
  private @Nullable String chain;

  @Option(
      names = {"--partition", "--queue", "-p", "-q"},
      paramLabel = "NAME",
      description = "Partition or queue.")
  private @Nullable String queue;

  @Option(
      names = {"--account", "-A"},
      paramLabel = "NAME",
      description = "Account or project.")
  private @Nullable String account;

  @Option(
      names = {"--job-name", "-J"},
      paramLabel = "NAME",
      description = "Name of the job; that of the program unless said.")
  private @Nullable String name;

  @Option(
      names = "--pe",
      paramLabel = "NAME",
      description = "Grid Engine: parallel environment for --ntasks.")
  private @Nullable String parallelEnvironment;

  @Option(
      names = "--directive",
      paramLabel = "WORDS",
      description =
          "One more line for the scheduler, as in --directive='--gres=gpu:2'; may be repeated.")
  private List<String> directives = List.of();

  ScriptWish.Size size(boolean minutesFirst) {
    return new ScriptWish.Size(
        time == null
            ? OptionalLong.empty()
            : OptionalLong.of(WallTime.seconds("--time", time, minutesFirst)),
        count("--nodes", nodes, COUNT_MAX),
        count("--ntasks", tasks, COUNT_MAX),
        count("--cpus-per-task", cpusPerTask, COUNT_MAX),
        word("--pe", parallelEnvironment));
  }

  Optional<TaskRange> array() {
    return array == null ? Optional.empty() : Optional.of(TaskRange.parse("--array", array));
  }

  OptionalInt chain() {
    return count("--chain", chain, CHAIN_MAX);
  }

  Optional<String> queue() {
    return word("--queue", queue);
  }

  Optional<String> account() {
    return word("--account", account);
  }

  /** The name, or {@code otherwise} if none was given. */
  String name(String otherwise) {
    if (name != null && !NAME.matcher(name).matches()) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format(
              "--job-name \"%s\": give a letter, then letters, digits, dots, dashes and underlines,"
                  + " 63 at most",
              name));
    }
    return name == null ? otherwise : name;
  }

  List<String> directives() {
    for (String directive : directives) {
      if (directive.isBlank() || directive.chars().anyMatch(Character::isISOControl)) {
        throw new CommandException(
            ExitCode.USAGE, "--directive \"" + directive.strip() + "\": give one line of words");
      }
    }
    return directives;
  }

  private static Optional<String> word(String option, @Nullable String text) {
    if (text != null && !WORD.matcher(text).matches()) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format("%s \"%s\": give one word without blanks and quotes", option, text));
    }
    return Optional.ofNullable(text);
  }

  static OptionalInt count(String option, @Nullable String text, int most) {
    if (text == null) {
      return OptionalInt.empty();
    }
    if (text.matches("[0-9]{1,7}")) {
      int value = Integer.parseInt(text);
      if (value >= 1 && value <= most) {
        return OptionalInt.of(value);
      }
    }
    throw new CommandException(
        ExitCode.USAGE, Text.format("%s %s: give a whole number, 1 to %d", option, text, most));
  }
}
