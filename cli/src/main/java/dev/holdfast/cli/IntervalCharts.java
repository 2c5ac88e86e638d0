// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Layer;
import dev.holdfast.cli.Chart.Line;
import dev.holdfast.cli.Chart.Mark;
import dev.holdfast.cli.Chart.Point;
import dev.holdfast.cli.WhatIf.Choice;
import dev.holdfast.policy.IntervalModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What the answers look like. */
final class IntervalCharts {
  private static final int CURVE_POINTS = 240;

  /** More lines than this nobody tells apart. */
  private static final int LINES_MAX = 6;

  /** Room on both sides of the outermost marks, as a factor; that on the right takes a name. */
  private static final double ROOM_LEFT = 3;

  private static final double ROOM_RIGHT = 8;

  private IntervalCharts() {}

  /** Waste against the work interval, with everybody's choice marked. */
  static Chart curve(WhatIf answer, boolean all) {
    List<Choice> marked = marked(answer, all);
    double low = intervals(marked).min().orElse(1) / ROOM_LEFT;
    double high = intervals(marked).max().orElse(1) * ROOM_RIGHT;
    List<Point> points = curve(answer.setting(), low, high);
    List<Layer> layers = new ArrayList<>();
    if (answer.setting() instanceof ExponentialSetting) {
      layers.add(new Line("", false, points));
    } else {
      layers.add(new Line("as asked", false, points));
      Setting plain = new ExponentialSetting(answer.situation());
      layers.add(new Line("plain checkpoints, exponential", true, curve(plain, low, high)));
    }
    for (Choice choice : marked) {
      Setting judge =
          choice.equals(answer.best()) ? answer.setting() : answer.setting().forModels();
      double interval = choice.workIntervalSeconds().orElseThrow();
      layers.add(
          new Mark(
              choice.label() + (choice.model().isPresent() ? "  " + Times.words(interval) : ""),
              new Point(interval, 100 * judge.waste(interval))));
    }
    DoubleStream wastes = points.stream().mapToDouble(Point::y);
    return new Chart(
        "Waste against the work interval",
        situation(answer) + ", a long job",
        Axis.times("work interval (log scale)", low, high),
        Axis.log("waste, % (log scale)", wastes.min().orElse(1) / 2, 100),
        layers);
  }

  private static List<Point> curve(Setting setting, double low, double high) {
    return IntStream.rangeClosed(0, CURVE_POINTS)
        .mapToDouble(i -> low * Math.pow(high / low, (double) i / CURVE_POINTS))
        .mapToObj(w -> new Point(w, 100 * setting.waste(w)))
        .toList();
  }

  private static List<Choice> marked(WhatIf answer, boolean all) {
    List<Choice> marked = new ArrayList<>(List.of(answer.best()));
    marked.addAll(answer.shown(all));
    marked.removeIf(choice -> !choice.meaningful());
    return marked;
  }

  private static DoubleStream intervals(List<Choice> choices) {
    return choices.stream().mapToDouble(choice -> choice.workIntervalSeconds().orElseThrow());
  }

  private static String situation(WhatIf answer) {
    return Text.format(
        "MTTF %s, checkpoint %s",
        Times.words(answer.situation().mttfSeconds()),
        Times.words(answer.situation().costSeconds()));
  }

  /** Waste against the swept parameter. */
  static Chart sweep(List<Sweep> sweeps, List<WhatIf> points) {
    Parameter along = sweeps.getFirst().parameter();
    List<Layer> layers = sweeps.size() == 1 ? perChoice(along, points) : perValue(sweeps, points);
    return new Chart(
        "Waste against " + along.word(),
        fixed(points.getFirst(), sweeps),
        axis(sweeps.getFirst()),
        Axis.log("waste, % (log scale)", lowest(layers), 100),
        layers);
  }

  /** Logarithmic where the values span more than a factor of five. */
  static Axis axis(Sweep sweep) {
    Parameter along = sweep.parameter();
    double low = sweep.values().stream().mapToDouble(v -> v).min().orElse(1);
    double high = sweep.values().stream().mapToDouble(v -> v).max().orElse(1);
    if (!(low > 0 && high / low > 5)) {
      return Axis.linear(along.word() + (along.kind().isTime() ? ", s" : ""));
    }
    return along.kind().isTime()
        ? Axis.times(along.word() + " (log scale)", low, high)
        : Axis.log(along.word() + " (log scale)", low, high);
  }

  private static double lowest(List<Layer> layers) {
    return layers.stream()
        .flatMap(layer -> layer instanceof Line line ? line.points().stream() : null)
        .mapToDouble(Point::y)
        .filter(y -> y > 0)
        .min()
        .orElse(1);
  }

  private static String fixed(WhatIf point, List<Sweep> sweeps) {
    List<String> fixed = new ArrayList<>();
    for (Parameter parameter : Parameter.values()) {
      boolean swept = sweeps.stream().anyMatch(sweep -> sweep.parameter() == parameter);
      if (!swept && point.inputs().given(parameter)) {
        fixed.add(parameter.word() + " " + parameter.format(point.inputs().orZero(parameter)));
      }
    }
    return String.join(", ", fixed);
  }

  private static List<Layer> perChoice(Parameter along, List<WhatIf> points) {
    List<Layer> layers = new ArrayList<>();
    for (Choice choice : points.getFirst().choices()) {
      Optional<IntervalModel> model = choice.model();
      boolean best = choice.equals(points.getFirst().best());
      if (best || model.isEmpty() || model.get() == IntervalModel.YOUNG) {
        List<Point> line =
            points.stream()
                .map(p -> new Point(p.inputs().orZero(along), 100 * p.like(choice).waste()))
                .toList();
        layers.add(new Line(choice.label(), !best, line));
      }
    }
    return layers;
  }

  private static List<Layer> perValue(List<Sweep> sweeps, List<WhatIf> points) {
    Parameter along = sweeps.getFirst().parameter();
    Parameter across = sweeps.get(1).parameter();
    List<Double> values = sweeps.get(1).values();
    TreeSet<Integer> drawn = new TreeSet<>();
    int lines = Math.min(LINES_MAX, values.size());
    for (int i = 0; i < lines; i++) {
      drawn.add(lines == 1 ? 0 : i * (values.size() - 1) / (lines - 1));
    }
    List<Layer> layers = new ArrayList<>();
    for (int index : drawn) {
      double value = values.get(index);
      List<Point> line =
          points.stream()
              .filter(p -> p.inputs().orZero(across) == value)
              .map(p -> new Point(p.inputs().orZero(along), 100 * p.best().waste()))
              .toList();
      layers.add(new Line(across.word() + " " + across.format(value), false, line));
    }
    return layers;
  }
}
