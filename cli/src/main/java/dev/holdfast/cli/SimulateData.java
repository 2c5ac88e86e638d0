// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.SimulatedCase.Result;
import dev.holdfast.simulator.Distribution;
import dev.holdfast.simulator.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a simulation found, for programs: JSON of schema {@code holdfast.simulate/1}, and CSV. */
final class SimulateData {
  static final String SCHEMA = "holdfast.simulate/1";

  private static final List<String> COLUMNS =
      List.of(
          "policy",
          "work_interval_s",
          "jobs",
          "makespan_s",
          "makespan_stddev_s",
          "waste",
          "rework_s",
          "checkpoint_s",
          "restart_s",
          "downtime_s",
          "queue_s",
          "failures",
          "predicted_makespan_s");

  private SimulateData() {}

  /** One case: the first policy's result at the top, and every policy's in a list. */
  static Map<String, Object> json(SimulatedCase found, long seed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", SCHEMA);
    json.put("seed", seed);
    json.putAll(body(found));
    return json;
  }

  /** A sweep: a case at every point. */
  static Map<String, Object> json(List<Sweep> sweeps, List<SimulatedCase> cases, long seed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", SCHEMA);
    json.put("seed", seed);
    json.put("vary", sweeps.stream().map(sweep -> sweep.parameter().key()).toList());
    json.put("points", cases.stream().map(SimulateData::body).toList());
    return json;
  }

  private static Map<String, Object> body(SimulatedCase found) {
    Map<String, Object> inputs = new LinkedHashMap<>();
    for (Parameter parameter : Parameter.values()) {
      found.inputs().get(parameter).ifPresent(value -> inputs.put(parameter.key(), value));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("inputs", inputs);
    json.put("failure_process", found.failures());
    json.putAll(result(found.results().getFirst()));
    json.put("policies", found.results().stream().map(SimulateData::result).toList());
    json.put("findings", SimulateText.findings(found));
    json.put("warnings", found.warnings());
    return json;
  }

  private static Map<String, Object> result(Result result) {
    Outcome outcome = result.outcome();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("policy", result.policy());
    result.workIntervalSeconds().ifPresent(w -> json.put("work_interval_s", w));
    json.put("jobs", outcome.jobs());
    json.put("makespan_s", distribution(outcome.makespan()));
    json.put("waste", outcome.waste());
    json.put("failures", outcome.failures().mean());
    Map<String, Object> breakdown = new LinkedHashMap<>();
    breakdown.put("useful_s", outcome.workSeconds());
    breakdown.put("rework_s", outcome.rework().mean());
    breakdown.put("checkpoint_s", outcome.checkpoint().mean());
    breakdown.put("restart_s", outcome.restart().mean());
    breakdown.put("downtime_s", outcome.down().mean());
    breakdown.put("queue_s", outcome.queue().mean());
    breakdown.put("failures", outcome.failures().mean());
    json.put("breakdown", breakdown);
    json.put("components", components(outcome));
    result.predictedSeconds().ifPresent(seconds -> json.put("predicted_makespan_s", seconds));
    result.deviation().ifPresent(z -> json.put("predicted_deviation_standard_errors", z));
    return json;
  }

  private static Map<String, Object> components(Outcome outcome) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rework_s", distribution(outcome.rework()));
    json.put("checkpoint_s", distribution(outcome.checkpoint()));
    json.put("restart_s", distribution(outcome.restart()));
    json.put("downtime_s", distribution(outcome.down()));
    json.put("queue_s", distribution(outcome.queue()));
    json.put("failures", distribution(outcome.failures()));
    json.put("preemptions", distribution(outcome.preemptions()));
    json.put("allocations", distribution(outcome.allocations()));
    json.put("checkpoints", distribution(outcome.checkpoints()));
    return json;
  }

  private static Map<String, Object> distribution(Distribution of) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mean", of.mean());
    json.put("stddev", of.standardDeviation());
    json.put("ci95", List.of(of.mean() - of.halfWidth95(), of.mean() + of.halfWidth95()));
    json.put("p50", of.percentile(50));
    json.put("p95", of.percentile(95));
    json.put("p99", of.percentile(99));
    return json;
  }

  /** The names of the columns; those of a sweep come first. */
  static String csvHead(List<Parameter> swept) {
    List<String> names = new ArrayList<>(swept.stream().map(Parameter::key).toList());
    names.addAll(COLUMNS);
    return String.join(",", names);
  }

  /** A line for every policy; what there is not is left empty. */
  static List<String> csv(SimulatedCase found, List<Parameter> swept) {
    List<String> lines = new ArrayList<>();
    for (Result result : found.results()) {
      Outcome outcome = result.outcome();
      List<String> cells = new ArrayList<>();
      swept.forEach(parameter -> cells.add("" + found.inputs().orZero(parameter)));
      cells.add(result.policy());
      cells.add(
          result.workIntervalSeconds().isPresent()
              ? "" + result.workIntervalSeconds().getAsDouble()
              : "");
      cells.add("" + outcome.jobs());
      cells.add("" + outcome.makespan().mean());
      cells.add("" + outcome.makespan().standardDeviation());
      cells.add("" + outcome.waste());
      cells.add("" + outcome.rework().mean());
      cells.add("" + outcome.checkpoint().mean());
      cells.add("" + outcome.restart().mean());
      cells.add("" + outcome.down().mean());
      cells.add("" + outcome.queue().mean());
      cells.add("" + outcome.failures().mean());
      cells.add(
          result.predictedSeconds().isPresent()
              ? "" + result.predictedSeconds().getAsDouble()
              : "");
      lines.add(String.join(",", cells));
    }
    return lines;
  }
}
