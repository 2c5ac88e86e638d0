// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Durations;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The numbers the calculator takes: as options, and with --vary as what is swept. */
enum Parameter {
  MTTF("mttf", Kind.POSITIVE_TIME),
  COST("cost", Kind.POSITIVE_TIME),
  RESTART("restart", Kind.TIME),
  DOWNTIME("downtime", Kind.TIME),
  WORK("work", Kind.POSITIVE_TIME),
  WF_H("wf-h", Kind.SHARE),
  NODES("nodes", Kind.COUNT),
  NODE_MTTF("node-mttf", Kind.POSITIVE_TIME),
  LATENCY("latency", Kind.POSITIVE_TIME),
  COST_SD("cost-sd", Kind.TIME),
  PREEMPTION("preemption", Kind.POSITIVE_TIME),
  NOTICE("notice", Kind.TIME),
  WALLTIME("walltime", Kind.POSITIVE_TIME);

  /** What values a parameter takes. */
  enum Kind {
    POSITIVE_TIME("a duration greater than 0, such as 90s, 5min, 24h, 7d or 5y"),
    TIME("a duration, 0s or more, such as 90s, 5min or 1h"),
    SHARE("a number greater than 0 and at most 1, such as 0.5"),
    COUNT("a whole number, 1 to 1000000000, such as 1000");

    private final String accepted;

    Kind(String accepted) {
      this.accepted = accepted;
    }

    boolean isTime() {
      return this == POSITIVE_TIME || this == TIME;
    }

    private boolean accepts(double value) {
      return switch (this) {
        case POSITIVE_TIME -> value > 0;
        case TIME -> value >= 0;
        case SHARE -> value > 0 && value <= 1;
        case COUNT -> value >= 1 && value <= 1e9 && value == Math.rint(value);
      };
    }
  }

  private static final Pattern NUMBER =
      Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,12})?|\\.[0-9]{1,12}");

  private final String word;
  private final Kind kind;

  Parameter(String word, Kind kind) {
    this.word = word;
    this.kind = kind;
  }

  /** Its name after --vary, which is its option without dashes. */
  String word() {
    return word;
  }

  Kind kind() {
    return kind;
  }

  /** Its name in JSON and CSV, with the unit. */
  String key() {
    String name = word.replace('-', '_');
    return kind.isTime() ? name + "_s" : name;
  }

  /** For people. */
  String format(double value) {
    return kind.isTime() ? Times.words(value) : Times.plain(value);
  }

  /** Finds a parameter by its name after --vary. */
  static Parameter named(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(p -> p.word.equals(wanted) || (p == MTTF && wanted.equals("mtbf")))
        .findFirst()
        .orElseThrow(() ->
            new CommandException(
                ExitCode.USAGE,
                Text.format(
                    "--vary: there is no parameter \"%s\"; parameters: %s",
                    text,
                    Arrays.stream(values())
                        .map(Parameter::word)
                        .collect(Collectors.joining(", ")))));
  }

  /** Seconds, or a bare number, from the text of its option. */
  double read(String text) {
    return read("--" + word, text);
  }

  /**
   * As {@link #read(String)}.
   *
   * @param option named in the error
   */
  double read(String option, String text) {
    double value = kind.isTime() ? seconds(option, text) : number(option, text);
    if (!kind.accepts(value)) {
      throw rejected(option, text);
    }
    return value;
  }

  private double number(String option, String text) {
    if (!NUMBER.matcher(text.strip()).matches()) {
      throw rejected(option, text);
    }
    return Double.parseDouble(text.strip());
  }

  private double seconds(String option, String text) {
    if (NUMBER.matcher(text.strip()).matches()) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format("%s %s has no unit: write %2$ss, %2$smin or %2$sh", option, text.strip()));
    }
    try {
      Duration read = Durations.parse(option, text);
      return read.toSeconds() + read.toNanosPart() * 1e-9;
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.USAGE,
          Text.format(
              "%s \"%s\": give %s (a number of at most 12 digits and its unit, without blanks:"
                  + " ms, s, min, h, d, w, y)",
              option, text, kind.accepted));
    }
  }

  private CommandException rejected(String option, String text) {
    return new CommandException(
        ExitCode.USAGE, Text.format("%s \"%s\": give %s", option, text, kind.accepted));
  }
}
