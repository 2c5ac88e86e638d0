// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.SimulatedCase.Result;
import dev.holdfast.simulator.Outcome;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What a simulation found, for people. */
final class SimulateText {
  /** Beyond so many standard errors chance is no explanation. */
  private static final double FINDING = 4;

  /** A difference of less than this share nobody acts on, however certain it is. */
  private static final double NEGLIGIBLE = 0.002;

  /** What begins a line about a disagreement. */
  static final String FINDING_WORD = "FINDING";

  private SimulateText() {}

  static void print(SimulatedCase found, long seed, PrintWriter out) {
    out.println(headline(found, seed));
    table(found).print(out, "  ");
    found.results().forEach(result -> out.println(split(found, result)));
    findings(found).forEach(out::println);
    found.warnings().forEach(warning -> out.println("Warning: " + warning + "."));
  }

  static String headline(SimulatedCase found, long seed) {
    long jobs = found.results().getFirst().outcome().jobs();
    String work = Times.words(found.inputs().workSeconds().orElseThrow());
    return found.random()
        ? Text.format(
            "%s of %s of work each; failures: %s (seed %d)",
            Text.count(jobs, "job"), work, found.failures(), seed)
        : Text.format("One job of %s of work; failures: %s", work, found.failures());
  }

  /** Of a sweep, whose failures may differ from value to value. */
  static String headline(Sweep sweep, List<SimulatedCase> cases, long seed) {
    return headline(cases.getFirst(), seed)
        + Text.format(
            ", at %s %s",
            sweep.parameter().word(), sweep.parameter().format(sweep.values().getFirst()));
  }

  static Text.Table table(SimulatedCase found) {
    Times.Unit unit = unit(found);
    Text.Table table =
        found.random()
            ? new Text.Table(
                "lrrrrrrrr",
                "policy",
                "work interval",
                "makespan",
                "+-95%",
                "sd",
                "p95",
                "p99",
                "waste",
                "predicted")
            : new Text.Table("lrrrr", "policy", "work interval", "makespan", "waste", "failures");
    for (Result result : found.results()) {
      Outcome outcome = result.outcome();
      String interval =
          result.workIntervalSeconds().isPresent()
              ? Times.clock(result.workIntervalSeconds().getAsDouble())
              : "varies";
      String makespan = unit.format(outcome.makespan().mean(), 2);
      if (found.random()) {
        table.row(
            result.policy(),
            interval,
            makespan,
            unit.format(outcome.makespan().halfWidth95(), 2),
            unit.format(outcome.makespan().standardDeviation(), 2),
            unit.format(outcome.makespan().percentile(95), 1),
            unit.format(outcome.makespan().percentile(99), 1),
            Times.percent(outcome.waste()),
            result.predictedSeconds().isPresent()
                ? unit.format(result.predictedSeconds().getAsDouble(), 2)
                : "-");
      } else {
        table.row(
            result.policy(),
            interval,
            makespan,
            Times.percent(outcome.waste()),
            Text.count(Math.round(outcome.failures().mean())));
      }
    }
    return table;
  }

  /** The waste of every policy at every value. */
  static Text.Table sweep(Sweep sweep, List<SimulatedCase> cases) {
    List<String> head = new ArrayList<>(List.of(sweep.parameter().word()));
    for (Result result : cases.getFirst().results()) {
      head.add(result.policy());
      head.add("+-95%");
      head.add("predicted");
    }
    Text.Table table = new Text.Table("r".repeat(head.size()), head.toArray(String[]::new));
    for (SimulatedCase one : cases) {
      List<String> row = new ArrayList<>();
      row.add(sweep.parameter().format(one.inputs().orZero(sweep.parameter())));
      for (Result result : one.results()) {
        double mean = result.outcome().makespan().mean();
        double work = result.outcome().workSeconds();
        row.add(Times.percent(result.outcome().waste()));
        row.add(Times.percent(work / mean * result.outcome().makespan().halfWidth95() / mean));
        row.add(
            result.predictedSeconds().isPresent()
                ? Times.percent(1 - work / result.predictedSeconds().getAsDouble())
                : "-");
      }
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  private static Times.Unit unit(SimulatedCase found) {
    return Times.Unit.fitting(found.results().getFirst().outcome().makespan().mean());
  }

  static String split(SimulatedCase found, Result result) {
    Outcome outcome = result.outcome();
    Times.Unit unit = unit(found);
    List<String> parts = new ArrayList<>();
    parts.add(part(unit, outcome.workSeconds(), "useful"));
    parts.add(part(unit, outcome.rework().mean(), "rework"));
    parts.add(part(unit, outcome.checkpoint().mean(), "checkpoints"));
    add(parts, unit, outcome.restart().mean(), "restart");
    add(parts, unit, outcome.down().mean(), "down");
    add(parts, unit, outcome.queue().mean(), "queue");
    List<String> events = new ArrayList<>();
    events.add(number(outcome.failures().mean(), "failures"));
    if (outcome.preemptions().mean() > 0) {
      events.add(number(outcome.preemptions().mean(), "preemptions"));
    }
    if (outcome.allocations().mean() > 1) {
      events.add(number(outcome.allocations().mean(), "allocations"));
    }
    return Text.format(
        "%s: %s = %s; %s",
        result.policy(),
        unit.shortly(outcome.makespan().mean()),
        String.join(" + ", parts),
        String.join(", ", events));
  }

  private static void add(List<String> parts, Times.Unit unit, double seconds, String what) {
    if (seconds > 0) {
      parts.add(part(unit, seconds, what));
    }
  }

  private static String part(Times.Unit unit, double seconds, String what) {
    return unit.shortly(seconds).replace(" " + unit.name(), "") + " " + what;
  }

  private static String number(double mean, String what) {
    String number = Times.plain(Times.rounded(mean, 3));
    return number.equals("1") ? "1 " + what.substring(0, what.length() - 1) : number + " " + what;
  }

  /**
   * Whether the models and the simulation agree, in words; nothing where there is no prediction.
   */
  static List<String> findings(SimulatedCase found) {
    List<String> findings = new ArrayList<>();
    List<String> predicted = new ArrayList<>();
    for (Result result : found.results()) {
      if (result.deviation().isEmpty()) {
        continue;
      }
      predicted.add(result.policy());
      double expected = result.predictedSeconds().orElseThrow();
      double share = result.outcome().makespan().mean() / expected - 1;
      double z = result.deviation().getAsDouble();
      if (Math.abs(z) > FINDING && Math.abs(share) > NEGLIGIBLE) {
        findings.add(
            FINDING_WORD
                + Text.format(
                    ": %s takes %.2f %% %s than predicted, %.0f standard errors: the model does"
                        + " not describe this job",
                    result.policy(),
                    100 * Math.abs(share),
                    share > 0 ? "longer" : "shorter",
                    Math.abs(z)));
      }
    }
    if (!findings.isEmpty() || predicted.isEmpty()) {
      return findings;
    }
    String whose =
        predicted.size() == found.results().size() ? "" : String.join(", ", predicted) + ": ";
    return List.of(whose + "Prediction and simulation agree.");
  }
}
