// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Layer;
import dev.holdfast.cli.Chart.Line;
import dev.holdfast.cli.Chart.Point;
import dev.holdfast.cli.SimulatedCase.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What simulations look like. */
final class SimulateCharts {
  private static final int PERCENTILES = 200;

  private SimulateCharts() {}

  /** How many of the jobs have ended after a time, for every policy. */
  static Chart makespans(SimulatedCase found) {
    Times.Unit unit = Times.Unit.fitting(found.results().getFirst().outcome().makespan().mean());
    List<Layer> layers = new ArrayList<>();
    for (Result result : found.results()) {
      List<Point> points =
          IntStream.range(1, PERCENTILES)
              .mapToDouble(i -> 100.0 * i / PERCENTILES)
              .mapToObj(percent ->
                  new Point(
                      result.outcome().makespan().percentile(percent) / unit.seconds(), percent))
              .toList();
      layers.add(new Line(result.policy(), false, points));
    }
    return new Chart(
        "Jobs that have ended",
        Text.format(
            "%s of work; failures: %s",
            Times.words(found.inputs().workSeconds().orElseThrow()), found.failures()),
        Axis.linear("time since the start, " + unit.name()),
        Axis.linear("share of the jobs, %"),
        layers);
  }

  /** Waste against the swept parameter, simulated and, dashed, predicted. */
  static Chart sweep(Sweep sweep, List<SimulatedCase> cases) {
    Parameter along = sweep.parameter();
    List<Layer> layers = new ArrayList<>();
    int policies = cases.getFirst().results().size();
    for (int p = 0; p < policies; p++) {
      int index = p;
      String name = cases.getFirst().results().get(p).policy();
      layers.add(
          new Line(
              name,
              false,
              cases.stream()
                  .map(one ->
                      new Point(
                          one.inputs().orZero(along),
                          100 * one.results().get(index).outcome().waste()))
                  .toList()));
      List<Point> predicted =
          cases.stream()
              .filter(one -> one.results().get(index).predictedSeconds().isPresent())
              .map(one -> new Point(one.inputs().orZero(along), predictedWaste(one, index)))
              .toList();
      if (!predicted.isEmpty()) {
        layers.add(new Line(name + ", predicted", true, predicted));
      }
    }
    return new Chart(
        "Waste against " + along.word(),
        Text.format(
            "failures at %s %s: %s",
            along.word(), along.format(sweep.values().getFirst()), cases.getFirst().failures()),
        IntervalCharts.axis(sweep),
        Axis.linear("waste, %"),
        layers);
  }

  private static double predictedWaste(SimulatedCase one, int index) {
    double work = one.inputs().workSeconds().orElseThrow();
    return 100 * (1 - work / one.results().get(index).predictedSeconds().orElseThrow());
  }
}
