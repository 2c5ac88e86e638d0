// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** One conversation with a scheduler: some commands that together take a limited time. */
final class Asking {
  private final Commands commands;
  private final Time time;
  private final Duration limit;
  private final long beginNanos;

  Asking(Commands commands, Time time, Duration limit) {
    this.commands = commands;
    this.time = time;
    this.limit = limit;
    this.beginNanos = time.nanoTime();
  }

  Instant now() {
    return Instant.ofEpochMilli(time.epochMs());
  }

  boolean has(String program) {
    return commands.find(program).isPresent();
  }

  /** What a program that is not there means. */
  static String missing(String program) {
    return program + ": not on the PATH, as in a container";
  }

  /** Runs a command in what is left of the time. */
  Answer ask(String... command) {
    List<String> words = List.of(command);
    if (!has(words.getFirst())) {
      return Answer.none(missing(words.getFirst()));
    }
    Duration left = limit.minusNanos(time.nanoTime() - beginNanos);
    String said = String.join(" ", words);
    if (left.isNegative() || left.isZero()) {
      return Answer.none(said + ": not asked, the " + limit.toSeconds() + " s are over");
    }
    Commands.Result result = commands.run(left, words);
    return switch (result.code()) {
      case 0 -> new Answer(true, result.out(), "");
      case Commands.Result.NO_ANSWER ->
          Answer.none(said + ": no answer within " + limit.toSeconds() + " s");
      default -> Answer.none(said + ": " + complaint(result));
    };
  }

  /** The first line that says something, without an unlimited tail. */
  private static String complaint(Commands.Result result) {
    String text = result.err().isBlank() ? result.out() : result.err();
    String line = text.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
    if (line.isEmpty()) {
      return "exit code " + result.code();
    }
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }

  /**
   * What a command said.
   *
   * @param given whether it succeeded
   * @param text its output
   * @param trouble why there is none, in the scheduler's own words where it has said some
   */
  record Answer(boolean given, String text, String trouble) {
    static Answer none(String trouble) {
      return new Answer(false, "", trouble);
    }
  }
}
