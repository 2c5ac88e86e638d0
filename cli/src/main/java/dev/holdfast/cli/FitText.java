// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.fit.Estimate;
import dev.holdfast.policy.fit.Fit;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFamily;
import dev.holdfast.policy.fit.Sample;
import dev.holdfast.policy.logs.FailureEvent;
import dev.holdfast.policy.logs.LogFormat;
import dev.holdfast.policy.logs.ReadReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a failure log came to, for people: the answer first, then what it rests on. */
final class FitText {
  private static final int COLUMNS = 92;
  private static final int SYSTEMS_MAX = 30;

  private final FitAnswer answer;
  private final FitReport report;

  FitText(FitAnswer answer) {
    this.answer = answer;
    this.report = answer.report();
  }

  void print(PrintWriter out) {
    Fit recommended = report.recommended();
    List<FitAnswer.Alternative> alternatives = answer.alternatives();
    out.println(
        "MTTF " + span(report.mttf()) + ", law " + recommended.family().id() + shape(recommended));
    out.println();
    paragraphs(answer.verdict(alternatives)).forEach(out::println);
    out.println();
    printLaws(out);
    out.println();
    out.println("Read from " + answer.file() + ":");
    read().stream().flatMap(FitText::indented).forEach(out::println);
    if (!alternatives.isEmpty()) {
      out.println();
      printWindows(out, alternatives);
    }
  }

  private static String shape(Fit fit) {
    Estimate first = fit.parameters().getFirst();
    return switch (fit.family()) {
      case EXPONENTIAL -> ", a constant rate";
      case WEIBULL, GAMMA -> Text.format(", shape %.3g", first.value());
      case LOGNORMAL -> Text.format(", sigma %.3g", fit.parameters().getLast().value());
    };
  }

  private static Stream<String> indented(String line) {
    return paragraphs(List.of(line)).stream().map(part -> "  " + part);
  }

  /** Sentences, each broken into lines of a readable width. */
  private static List<String> paragraphs(List<String> sentences) {
    List<String> lines = new ArrayList<>();
    for (String sentence : sentences) {
      String rest = sentence;
      while (rest.length() > COLUMNS) {
        int end = rest.lastIndexOf(' ', COLUMNS);
        lines.add(rest.substring(0, end));
        rest = "  " + rest.substring(end + 1);
      }
      lines.add(rest);
    }
    return lines;
  }

  private void printLaws(PrintWriter out) {
    Text.Table table = new Text.Table("lllllrr", "law", "shape", "scale", "MTTF", "AIC", "KS", "p");
    for (Fit fit : report.fits()) {
      double behind = report.behindBest(fit);
      table.row(
          fit.family().id(),
          plain(fit),
          scale(fit),
          span(fit.mttf()),
          behind == 0 ? "best" : Text.format("+%.1f", behind),
          Text.format("%.3f", fit.distance()),
          fit.pValue().isPresent() ? Text.format("%.3f", fit.pValue().getAsDouble()) : "-");
    }
    table.print(out, "  ");
    String test =
        report.bootstrap().replicates() == 0
            ? "p was not computed (--bootstrap N does)"
            : "p by "
                + Text.count(report.bootstrap().replicates(), "sample")
                + " drawn from each law, seed "
                + report.bootstrap().seed();
    out.println("  In brackets 95 % intervals (observed information); " + test + ".");
    if (report.of(LawFamily.LOGNORMAL).isPresent()) {
      out.println("  Of the lognormal law the sigma and the median stand for shape and scale.");
    }
  }

  private static String plain(Fit fit) {
    return switch (fit.family()) {
      case EXPONENTIAL -> "";
      case WEIBULL, GAMMA -> number(fit.parameters().getFirst());
      case LOGNORMAL -> number(fit.parameters().getLast());
    };
  }

  private static String number(Estimate estimate) {
    return Text.format("%.4g", estimate.value())
        + brackets(estimate, 1, estimate.value() < 1 ? "%.3f" : "%.2f");
  }

  private static String scale(Fit fit) {
    return switch (fit.family()) {
      case EXPONENTIAL -> "";
      case WEIBULL, GAMMA -> span(fit.parameters().getLast());
      case LOGNORMAL -> {
        Estimate mu = fit.parameters().getFirst();
        yield span(
            new Estimate(
                "medianSeconds", Math.exp(mu.value()), Math.exp(mu.low()), Math.exp(mu.high())));
      }
    };
  }

  /** A unit in which a time has few digits. */
  record TimeUnit(double seconds, String symbol) {
    private static final double DAY = 86_400;

    static TimeUnit of(double seconds) {
      if (seconds < 120) {
        return new TimeUnit(1, "s");
      }
      if (seconds < 7200) {
        return new TimeUnit(60, "min");
      }
      if (seconds < 10 * DAY) {
        return new TimeUnit(3600, "h");
      }
      return seconds < 3 * 365 * DAY ? new TimeUnit(DAY, "d") : new TimeUnit(365.25 * DAY, "years");
    }
  }

  /** A time with its interval, all in the unit that suits it, such as 13.1 h (12.5 to 13.8). */
  private static String span(Estimate estimate) {
    double seconds = estimate.value();
    TimeUnit unit = TimeUnit.of(seconds);
    double value = seconds / unit.seconds();
    String pattern = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return Text.format(pattern, value)
        + " "
        + unit.symbol()
        + brackets(estimate, unit.seconds(), pattern);
  }

  private static String brackets(Estimate estimate, double unit, String pattern) {
    if (Double.isNaN(estimate.low()) || Double.isNaN(estimate.high())) {
      return "";
    }
    return " ("
        + Text.format(pattern, estimate.low() / unit)
        + " to "
        + Text.format(pattern, estimate.high() / unit)
        + ")";
  }

  private List<String> read() {
    ReadReport read = answer.log().report();
    List<String> lines = new ArrayList<>();
    lines.add(
        Text.count(read.rows(), "row")
            + ", of which "
            + Text.count(read.accepted())
            + " accepted, "
            + Text.count(read.passedOverRows())
            + " passed over, "
            + Text.count(read.rejectedRows())
            + " rejected");
    addReasons(lines, "passed over", read.passedOver());
    addReasons(lines, "rejected", read.rejected());
    for (ReadReport.RejectedRow row : read.firstRejected()) {
      lines.add("line " + row.line() + ": " + row.reason() + ": \"" + row.value() + "\"");
    }
    String selected = answer.options().inWords();
    String of = selected.isEmpty() ? "all of it: " : selected + ": ";
    lines.add(of + (answer.hasEvents() ? events() : exposures()));
    Set<String> systems = answer.log().systems();
    if (systems.size() > 1) {
      lines.add(
          systems.size()
              + " systems are taken together here; --system picks one of "
              + systems.stream().limit(SYSTEMS_MAX).collect(Collectors.joining(", ")));
    }
    return lines;
  }

  private static void addReasons(List<String> lines, String what, Map<String, Long> reasons) {
    reasons.forEach((reason, count) -> lines.add(what + ": " + Text.count(count) + " x " + reason));
  }

  private String events() {
    List<FailureEvent> events = answer.log().events();
    Sample sample = report.sample();
    return Text.count(events.size(), "failure")
        + " from "
        + day(events.getFirst())
        + " to "
        + day(events.getLast())
        + ", "
        + Text.count(sample.failures(), "gap")
        + " with mean "
        + Durations.human(sample.meanSeconds());
  }

  private static String day(FailureEvent event) {
    return Instant.ofEpochSecond((long) event.startEpochSeconds()).toString().substring(0, 10);
  }

  private String exposures() {
    Sample sample = report.sample();
    String told =
        Text.count(sample.failures(), "failure")
            + " in "
            + Durations.human(sample.totalSeconds())
            + " under risk, and "
            + Text.count(sample.censored(), "time")
            + " without one (censored)";
    if (answer.log().format() != LogFormat.SACCT) {
      return told;
    }
    String runs = told + "; a time is the run of a job, whatever its size";
    return answer.countsNodes()
        ? runs
            + "; per node one failure in "
            + Durations.human(answer.nodeSeconds() / sample.failures())
        : runs;
  }

  private void printWindows(PrintWriter out, List<FitAnswer.Alternative> alternatives) {
    out.println("Failures that start within a window of the first of a group are one:");
    Text.Table table =
        new Text.Table("rrrrll", "window", "gaps", "mean gap", "Weibull shape", "best law", "");
    for (FitAnswer.Alternative other : alternatives) {
      Sample gaps = other.report().sample();
      table.row(
          window(other.window()),
          Text.count(gaps.failures()),
          Durations.human(gaps.meanSeconds()),
          other.weibull().map(weibull -> Text.format("%.3f", weibull.shape())).orElse("-"),
          other.bestLaw(),
          other.window().equals(answer.window()) ? "used here" : "");
    }
    table.print(out, "  ");
  }

  static String window(Duration window) {
    return window.equals(Duration.ofMinutes(window.toMinutes()))
        ? window.toMinutes() + " min"
        : Durations.human(window.toNanos() / 1e9);
  }
}
