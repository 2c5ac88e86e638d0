// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that a script hands on to {@code holdfast run}. */
final class ScriptRunOptions {
  private static final int COUNT_MAX = 1_000_000;

  @Option(
      names = "--state",
      paramLabel = "PATTERN",
      description =
          "Files the program writes its state to, such as 'chk*.h5'; not for a program that uses"
              + " the library.")
  private List<String> state = List.of();

  @Option(
      names = "--done",
      paramLabel = "PATTERN",
      description = "Files that say that those are whole, such as 'chk*.ok'.")
  private List<String> done = List.of();

  @Option(names = "--latest", paramLabel = "N", description = "Only the N newest of --state.")
  private @Nullable String latest;

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      description = "Without --done: how long a whole file is unchanged.")
  private @Nullable String settle;

  @Option(
      names = "--signal-checkpoint",
      paramLabel = "SIGNAL",
      description = "The program checkpoints on this signal, such as USR1.")
  private @Nullable String signalCheckpoint;

  @Option(
      names = {"-M", "--mttf", "--mtbf"},
      paramLabel = "TIME",
      description = "Mean time to failure of the whole job.")
  private @Nullable String mttf;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = "When to checkpoint, such as 15min.")
  private @Nullable String policy;

  @Option(
      names = "--keep",
      paramLabel = "RULES",
      description = "Versions to keep, such as 3 or '3, every 6h for 7d, at most 200GiB'.")
  private @Nullable String keep;

  @Option(names = "--retries", paramLabel = "N", description = "Restarts within one job.")
  private @Nullable String retries;

  @Option(names = "--max-requeues", paramLabel = "N", description = "Requeues in all.")
  private @Nullable String maxRequeues;

  @Option(
      names = "--hang",
      paramLabel = "TIME",
      description = "Restart a program that has shown no sign of life for so long.")
  private @Nullable String hang;

  boolean files() {
    return !state.isEmpty();
  }

  /** Each option with its value. */
  List<List<String>> words(boolean array) {
    if (state.isEmpty() && (!done.isEmpty() || latest != null || settle != null)) {
      throw new CommandException(
          ExitCode.USAGE, "--done, --latest, --settle belong to --state: name the state files too");
    }
    List<List<String>> words = new ArrayList<>();
    state.forEach(pattern -> words.add(pattern("--state", pattern, array)));
    done.forEach(pattern -> words.add(pattern("--done", pattern, array)));
    addCount(words, "--latest", latest, 1);
    addTime(words, "--settle", settle);
    add(words, "--signal-checkpoint", signalCheckpoint);
    addTime(words, "--mttf", mttf);
    add(words, "--policy", policy);
    if (keep != null) {
      KeepOption.parse(keep);
      words.add(List.of("--keep", keep));
    }
    addCount(words, "--retries", retries, 0);
    addCount(words, "--max-requeues", maxRequeues, 0);
    addTime(words, "--hang", hang);
    return words;
  }

  /** All tasks of an array work in one folder: what they write must not have the same name. */
  private static List<String> pattern(String option, String pattern, boolean array) {
    if (pattern.isBlank()) {
      throw new CommandException(ExitCode.USAGE, option + ": give a pattern such as 'chk*.h5'");
    }
    if (array && !pattern.contains("{task}")) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format(
              "%s '%s': all tasks of the array would write the same files; put {task} into the"
                  + " pattern and into what the program is told, as in 'chk-{task}-*.h5'",
              option, pattern));
    }
    return List.of(option, pattern);
  }

  private static void add(List<List<String>> words, String option, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (value.isBlank() || value.startsWith("-")) {
      throw new CommandException(ExitCode.USAGE, option + " \"" + value + "\": give a value");
    }
    words.add(List.of(option, value));
  }

  private static void addTime(List<List<String>> words, String option, @Nullable String value) {
    if (value != null) {
      TimeOption.positive(option, value, "give more than 0");
      words.add(List.of(option, value));
    }
  }

  private static void addCount(
      List<List<String>> words, String option, @Nullable String value, int least) {
    if (value == null) {
      return;
    }
    if (least == 0 && value.equals("0")) {
      words.add(List.of(option, value));
      return;
    }
    OptionalInt count = ScriptJobOptions.count(option, value, COUNT_MAX);
    words.add(List.of(option, Integer.toString(count.orElseThrow())));
  }
}
