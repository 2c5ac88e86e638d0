// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.fit.Sample;
import dev.holdfast.policy.logs.FailureLog;
import dev.holdfast.policy.logs.FailureLogException;
import dev.holdfast.policy.logs.LogFormat;
import dev.holdfast.policy.logs.Moments;
import dev.holdfast.policy.logs.Selection;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how a failure log is read, and what of it. */
final class FailureLogOptions {
  /** The usual word for standard input, so that sacct can be read without a file. */
  private static final Path FROM_PIPE = Path.of("-");

  private static final Path STANDARD_INPUT = Path.of("/dev/stdin");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "What the log is: lanl, fta, infinitehbd, sacct, gaps or timestamps.")
  private @Nullable String formatId;

  @Option(
      names = "--system",
      paramLabel = "NAME",
      description = "Only this system (machine, platform, cluster) of the log.")
  private @Nullable String system;

  @Option(names = "--node", paramLabel = "NAME", description = "Only this node.")
  private @Nullable String node;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      description = "Only what starts then or later, such as 2004-01-31 or 2004-01-31T12:00 (UTC).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "DATE", description = "Only what starts before then.")
  private @Nullable String to;

  @Option(
      names = "--coalesce",
      paramLabel = "TIME",
      description =
          "Failures that start within this time of the first of a group are one (without it"
              + " 10min).")
  private @Nullable String coalesce;

  @Option(
      names = "--drop-zeros",
      description = "Join only failures that start together: the same as --coalesce 0min.")
  private boolean dropZeros;

  @Option(
      names = "--unit",
      paramLabel = "s|min|h|d",
      description = "Unit of bare numbers in a log of format gaps.")
  private @Nullable String unit;

  /**
   * The part of a log that the options select.
   *
   * @param named the log; {@code -} is standard input
   */
  FailureLog read(Path named) throws IOException {
    Path file = named.equals(FROM_PIPE) ? STANDARD_INPUT : named;
    LogFormat format = format();
    Selection selection = selection();
    window(format);
    Optional<Duration> unitLength = unit(format);
    try {
      FailureLog log =
          unitLength.isPresent()
              ? FailureLog.read(file, format, unitLength.get())
              : FailureLog.read(file, format);
      return log.select(selection);
    } catch (FailureLogException e) {
      throw new CommandException(ExitCode.BAD_DATA, String.valueOf(e.getMessage()));
    } catch (NoSuchFileException e) {
      throw unreadable(file, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw unreadable(file, "permission denied", e);
    } catch (IOException e) {
      throw unreadable(file, Files.isDirectory(file) ? "it is a folder" : e.getMessage(), e);
    }
  }

  private static CommandException unreadable(Path file, @Nullable String why, IOException cause) {
    CommandException failure =
        new CommandException(ExitCode.IO_ERROR, "cannot read " + file + ": " + why);
    failure.initCause(cause);
    return failure;
  }

  /** The durations in a log, coalesced as the options say. */
  Sample sample(FailureLog log) {
    try {
      return log.sample(window(log.format()));
    } catch (FailureLogException e) {
      throw new CommandException(ExitCode.BAD_DATA, String.valueOf(e.getMessage()));
    }
  }

  /** What is selected, in words, such as "system 20, node 22"; empty if all is. */
  String inWords() {
    StringBuilder words = new StringBuilder();
    append(words, "system ", system);
    append(words, "node ", node);
    append(words, "from ", from);
    append(words, "to before ", to);
    return words.toString();
  }

  private static void append(StringBuilder words, String what, @Nullable String value) {
    if (value != null) {
      words.append(words.isEmpty() ? "" : ", ").append(what).append(value);
    }
  }

  Selection selection() {
    double fromEpochSeconds = from == null ? Double.NEGATIVE_INFINITY : moment("--from", from);
    double toEpochSeconds = to == null ? Double.POSITIVE_INFINITY : moment("--to", to);
    if (fromEpochSeconds >= toEpochSeconds) {
      throw usage("--to " + to + ": must be later than --from " + from);
    }
    return new Selection(
        Optional.ofNullable(system), Optional.ofNullable(node), fromEpochSeconds, toEpochSeconds);
  }

  private static double moment(String option, String text) {
    double epochSeconds = Moments.isoEpochSeconds(text);
    if (Double.isNaN(epochSeconds)) {
      throw usage(
          option
              + " \""
              + text
              + "\": write a date such as 2004-01-31, 2004-01-31T12:00 or 2004-01-31T12:00Z");
    }
    return epochSeconds;
  }

  /** The window in which failures are made one. */
  Duration window(LogFormat format) {
    if (coalesce == null && !dropZeros) {
      return FailureLog.WINDOW;
    }
    if (format.tellsExposures()) {
      throw usage(
          "a log of format "
              + format.id()
              + " tells how long, not when: leave --coalesce and --drop-zeros out");
    }
    if (coalesce != null && dropZeros) {
      throw usage("--drop-zeros is --coalesce 0min: choose one of them");
    }
    return coalesce == null ? Duration.ZERO : duration("--coalesce", coalesce);
  }

  private Optional<Duration> unit(LogFormat format) {
    if (unit == null) {
      return Optional.empty();
    }
    if (format != LogFormat.GAPS) {
      throw usage("--unit is for the format gaps: leave it out");
    }
    return switch (unit) {
      case "s", "min", "h", "d" -> Optional.of(duration("--unit", "1" + unit));
      default -> throw usage("--unit \"" + unit + "\": choose s, min, h or d");
    };
  }

  private static Duration duration(String option, String text) {
    try {
      return Durations.parse(option, text);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private LogFormat format() {
    if (formatId == null) {
      throw usage(
          "say what the log is with --format: lanl, fta, infinitehbd, sacct, gaps or timestamps");
    }
    try {
      return LogFormat.ofId(formatId);
    } catch (IllegalArgumentException e) {
      throw usage("--format: " + e.getMessage());
    }
  }
}
