// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A scheduler's commands, played back. A command is known by the words that it begins with. */
final class RecordedCommands implements Commands {
  private final Map<String, Deque<Result>> answers = new HashMap<>();
  private final Set<String> programs = new HashSet<>();
  private final List<String> calls = new ArrayList<>();

  /** What that command will say the next time; the last answer stays. */
  RecordedCommands answer(String command, String out) {
    return add(command, new Result(0, out, ""));
  }

  RecordedCommands refuse(String command, String err) {
    return add(command, new Result(1, "", err));
  }

  RecordedCommands hang(String command) {
    return add(command, new Result(Result.NO_ANSWER, "", ""));
  }

  private RecordedCommands add(String command, Result result) {
    programs.add(command.split(" ", 2)[0]);
    answers.computeIfAbsent(command, c -> new ArrayDeque<>()).add(result);
    return this;
  }

  RecordedCommands without(String... missing) {
    programs.removeAll(Set.of(missing));
    return this;
  }

  /** All commands run so far. */
  List<String> calls() {
    return calls;
  }

  @Override
  public Optional<Path> find(String name) {
    return programs.contains(name) ? Optional.of(Path.of("/usr/bin", name)) : Optional.empty();
  }

  @Override
  public Result run(Duration limit, List<String> command) {
    String line = String.join(" ", command);
    calls.add(line);
    Deque<Result> found =
        answers.entrySet().stream()
            .filter(e -> line.startsWith(e.getKey()))
            .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
            .orElseThrow(() -> new AssertionError("not recorded: " + line))
            .getValue();
    return found.size() > 1 ? found.removeFirst() : found.getFirst();
  }
}
