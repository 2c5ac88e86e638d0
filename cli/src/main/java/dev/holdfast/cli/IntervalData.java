// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.WhatIf.Choice;
import dev.holdfast.policy.Breakdown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The answer for programs: JSON of schema {@code holdfast.interval/1}, and CSV. */
final class IntervalData {
  static final String SCHEMA = "holdfast.interval/1";

  private static final List<String> COLUMNS =
      List.of("model", "work_interval_s", "segment_work_s", "period_s", "waste", "makespan_s");

  private IntervalData() {}

  static Map<String, Object> json(WhatIf answer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", SCHEMA);
    json.put("inputs", inputs(answer.inputs()));
    json.put("recommended", answer.best().id());
    json.putAll(choices(answer));
    if (!answer.setting().json().isEmpty()) {
      json.put("scheme", new TreeMap<>(answer.setting().json()));
    }
    answer.walltime().ifPresent(w -> json.put("walltime", w.json(answer.inputs().workSeconds())));
    json.put("assumptions", Validity.assumptions(answer));
    json.put("warnings", Validity.warnings(answer));
    return json;
  }

  /** A sweep: the answer at every point. */
  static Map<String, Object> json(List<Sweep> sweeps, List<WhatIf> answers) {
    List<Object> points = new ArrayList<>();
    for (WhatIf answer : answers) {
      Map<String, Object> point = new LinkedHashMap<>(json(answer));
      point.remove("schema");
      points.add(point);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", SCHEMA);
    json.put("vary", sweeps.stream().map(sweep -> sweep.parameter().key()).toList());
    json.put("points", points);
    return json;
  }

  private static Map<String, Object> inputs(Inputs inputs) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("job_mttf_s", inputs.mttfSeconds());
    for (Parameter parameter : Parameter.values()) {
      inputs.get(parameter).ifPresent(value -> json.put(parameter.key(), value));
    }
    json.putIfAbsent(Parameter.RESTART.key(), 0.0);
    json.putIfAbsent(Parameter.DOWNTIME.key(), 0.0);
    json.putIfAbsent(Parameter.WF_H.key(), inputs.lostShare());
    return json;
  }

  /** The models in one list, the habits of people in another. */
  static Map<String, Object> choices(WhatIf answer) {
    List<Object> models = new ArrayList<>();
    List<Object> habits = new ArrayList<>();
    for (Choice choice : answer.choices()) {
      (choice.model().isPresent() ? models : habits).add(json(choice, answer));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("models", models);
    json.put("habits", habits);
    return json;
  }

  private static Map<String, Object> json(Choice choice, WhatIf answer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", choice.id());
    json.put("work_interval_s", number(choice.workIntervalSeconds()));
    choice.segmentWorkSeconds().ifPresent(work -> json.put("segment_work_s", work));
    json.put("period_s", period(choice, answer));
    json.put("waste", choice.waste());
    if (answer.plan().isPresent()) {
      json.put("makespan_s", choice.makespanSeconds());
      if (choice.equals(answer.best())) {
        putPlan(json, answer.plan().get());
      }
    }
    return json;
  }

  private static void putPlan(Map<String, Object> json, Setting.Plan plan) {
    json.put("segments", plan.segments());
    plan.outcome().deviationSeconds().ifPresent(deviation -> json.put("stddev_s", deviation));
    plan.outcome().breakdown().ifPresent(time -> json.put("breakdown", json(time)));
  }

  private static Map<String, Object> json(Breakdown time) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("useful_s", time.usefulSeconds());
    json.put("rework_s", time.reworkSeconds());
    json.put("checkpoint_s", time.checkpointSeconds());
    json.put("restart_s", time.restartSeconds());
    json.put("downtime_s", time.downSeconds());
    json.put("failures", time.failures());
    return json;
  }

  private static double number(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static double period(Choice choice, WhatIf answer) {
    return number(choice.workIntervalSeconds()) + answer.costSeconds(choice);
  }

  /** The names of the columns; those of a sweep come first. */
  static String csvHead(List<Parameter> swept) {
    List<String> names = new ArrayList<>(swept.stream().map(Parameter::key).toList());
    names.addAll(COLUMNS);
    return String.join(",", names);
  }

  /** One line for each choice; what there is not is left empty. */
  static List<String> csv(WhatIf answer, List<Parameter> swept) {
    List<String> lines = new ArrayList<>();
    for (Choice choice : answer.choices()) {
      List<String> cells = new ArrayList<>();
      swept.forEach(parameter -> cells.add(cell(answer.inputs().orZero(parameter))));
      cells.add(choice.id());
      cells.add(cell(number(choice.workIntervalSeconds())));
      cells.add(cell(number(choice.segmentWorkSeconds())));
      cells.add(cell(period(choice, answer)));
      cells.add(cell(choice.waste()));
      cells.add(cell(choice.makespanSeconds()));
      lines.add(String.join(",", cells));
    }
    return lines;
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }
}
