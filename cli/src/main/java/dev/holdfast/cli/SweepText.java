// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.WhatIf.Choice;
import dev.holdfast.policy.IntervalModel;
import java.util.ArrayList;
import java.util.List;

/** The answers of a sweep as one table: the best choice at each point, and the waste of others. */
final class SweepText {
  private SweepText() {}

  static Text.Table table(List<Sweep> sweeps, List<WhatIf> points, boolean all) {
    boolean finite = points.getFirst().plan().isPresent();
    List<Choice> columns = columns(points.getFirst(), all);
    List<String> head = new ArrayList<>();
    sweeps.forEach(sweep -> head.add(sweep.parameter().word()));
    head.add("work interval");
    if (finite) {
      head.add("makespan");
    }
    head.add("waste: exact");
    columns.forEach(choice -> head.add(choice.label().replace("habit: ", "")));
    Text.Table table = new Text.Table("r".repeat(head.size()), head.toArray(String[]::new));
    points.forEach(point -> table.row(row(sweeps, point, columns, finite)));
    return table;
  }

  /** What has a column of its own beside the best. */
  private static List<Choice> columns(WhatIf first, boolean all) {
    return first.others().stream()
        .filter(choice ->
            all
                || choice.model().isEmpty()
                || choice.model().get() == IntervalModel.DALY
                || choice.model().get() == IntervalModel.YOUNG)
        .toList();
  }

  private static String[] row(
      List<Sweep> sweeps, WhatIf point, List<Choice> columns, boolean finite) {
    List<String> cells = new ArrayList<>();
    for (Sweep sweep : sweeps) {
      double value = point.inputs().orZero(sweep.parameter());
      cells.add(sweep.parameter().format(value));
    }
    cells.add(Times.clock(point.best().usedSeconds()));
    if (finite) {
      double makespan = point.best().makespanSeconds();
      cells.add(Times.Unit.fitting(makespan).format(makespan, 2));
    }
    cells.add(Times.percent(point.best().waste()));
    for (Choice column : columns) {
      Choice choice = point.like(column);
      cells.add(choice.meaningful() ? Times.percent(choice.waste()) : "-");
    }
    return cells.toArray(String[]::new);
  }
}
