// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.logs.FailureLog;
import dev.holdfast.policy.logs.LogFormat;
import dev.holdfast.policy.logs.Moments;
import dev.holdfast.simulator.FailureProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for failures that only a simulation can follow. */
final class SimulatedFailures {
  private static final Pattern BURST = Pattern.compile("(0?\\.[0-9]{1,9}|0)/(.+)");

  @Option(
      names = "--node-age",
      paramLabel = "TIME",
      description =
          "With --nodes, --node-mttf and --dist, the law of a node: how old every node is at the"
              + " start; 0s, a new machine, unless said.")
  private @Nullable String nodeAge;

  @Option(
      names = "--burst",
      paramLabel = "P/TIME",
      description =
          "A failure brings another with probability P, after this time on average, such as"
              + " 0.2/10min.")
  private @Nullable String burst;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Replay this failure log; needs --format. One run, without chance.")
  private @Nullable Path trace;

  @Option(
      names = "--start",
      paramLabel = "DATE",
      description =
          "When the job starts in the log, such as 2004-01-01T00:00 (UTC); without it with the"
              + " first failure.")
  private @Nullable String start;

  /**
   * How failures come about.
   *
   * @param inWords as a phrase
   * @param predictable whether the models of the calculator describe them
   * @param mttfSeconds their mean time between failures, for a policy that nobody tells another
   */
  record Failures(
      FailureProcess process,
      String inWords,
      boolean predictable,
      boolean random,
      double mttfSeconds) {}

  /** Refuses what does not go together. */
  void check(Optional<LawOptions.Given> law) {
    List<String> given =
        Stream.of(trace == null ? "" : "--trace", burst == null ? "" : "--burst")
            .filter(name -> !name.isEmpty())
            .toList();
    if (given.size() > 1 || (law.isPresent() && trace != null)) {
      throw usage(
          "--trace, --burst and --dist or --fit are ways for failures to come about: give one of"
              + " them (--burst may have a --dist)");
    }
    if (start != null && trace == null) {
      throw usage("--start is a date in a log: give --trace with it");
    }
    if (nodeAge != null && law.isEmpty()) {
      throw usage(
          "--node-age needs the law of a node: give --nodes, --node-mttf and --dist, such as"
              + " weibull:0.7");
    }
  }

  boolean replays() {
    return trace != null;
  }

  /** The failures of a job with these inputs. */
  Failures failures(Inputs inputs, Optional<LawOptions.Given> law, FailureLogOptions logOptions)
      throws IOException {
    if (trace != null) {
      return replayed(trace, logOptions);
    }
    double mttf = inputs.mttfSeconds();
    if (law.isPresent() && inputs.given(Parameter.NODE_MTTF)) {
      return ofNodes(inputs, law.get().law());
    }
    FailureLaw job =
        law.isPresent() ? law.get().law().withMeanSeconds(mttf) : new Exponential(mttf);
    if (burst != null) {
      return inBursts(burst, job);
    }
    return new Failures(
        FailureProcess.renewal(job),
        law.isPresent() ? Laws.words(job) : "exponential, MTTF " + Times.words(mttf),
        true,
        true,
        mttf);
  }

  private Failures ofNodes(Inputs inputs, FailureLaw shape) {
    FailureLaw law = shape.withMeanSeconds(inputs.orZero(Parameter.NODE_MTTF));
    double age = nodeAge == null ? 0 : Parameter.RESTART.read("--node-age", nodeAge);
    int nodes = (int) Math.min(Integer.MAX_VALUE, inputs.orZero(Parameter.NODES));
    return new Failures(
        FailureProcess.nodes(nodes, law, age),
        Text.format(
            "of %s nodes, each %s, %s at the start",
            Text.count(nodes), Laws.words(law), age == 0 ? "new" : Times.words(age) + " old"),
        false,
        true,
        inputs.mttfSeconds());
  }

  private static Failures inBursts(String text, FailureLaw law) {
    Matcher matcher = BURST.matcher(text);
    if (!matcher.matches()) {
      throw usage(
          "--burst \"" + text + "\": write PROBABILITY/TIME, such as 0.2/10min; below 1, above 0s");
    }
    double probability = Double.parseDouble(matcher.group(1));
    double gap = Parameter.COST.read("--burst", matcher.group(2));
    return new Failures(
        FailureProcess.bursts(law, probability, gap),
        Text.format(
            "%s, and after one in %s another within %s on average",
            Laws.words(law), Times.plain(Times.rounded(1 / probability, 3)), Times.words(gap)),
        false,
        true,
        (1 - probability) * law.meanSeconds() + probability * gap);
  }

  private Failures replayed(Path file, FailureLogOptions logOptions) throws IOException {
    FailureLog log = logOptions.read(file);
    boolean dated = log.format() != LogFormat.GAPS;
    if (start != null && !dated) {
      throw usage("--start: gaps have no dates; leave it out");
    }
    double[] all = log.startsAfter(Double.NEGATIVE_INFINITY);
    if (all.length == 0) {
      throw new CommandException(ExitCode.BAD_DATA, file + ": no failure in it to replay");
    }
    double begin = start != null ? moment(start) : dated ? all[0] : 0;
    double[] instants = log.startsAfter(begin);
    if (instants.length == 0) {
      throw new CommandException(
          ExitCode.BAD_DATA,
          Text.format(
              "%s: no failure after --start %s; the last is at %s",
              file,
              Instant.ofEpochSecond((long) begin),
              Instant.ofEpochSecond((long) all[all.length - 1])));
    }
    double[] relative = Arrays.stream(instants).map(instant -> instant - begin).toArray();
    double mean = relative[relative.length - 1] / relative.length;
    String part = logOptions.inWords();
    return new Failures(
        FailureProcess.trace(relative),
        Text.format(
            "of %s%s%s, %s instants, mean gap %s",
            file.getFileName(),
            part.isEmpty() ? "" : ", " + part,
            dated ? " from " + Instant.ofEpochSecond((long) begin) : "",
            Text.count(relative.length),
            Times.words(mean)),
        false,
        false,
        mean);
  }

  private static double moment(String text) {
    double epochSeconds = Moments.isoEpochSeconds(text);
    if (Double.isNaN(epochSeconds)) {
      throw usage("--start \"" + text + "\": write a date such as 2004-01-01 or 2004-01-01T00:00");
    }
    return epochSeconds;
  }
}
