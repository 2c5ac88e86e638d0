// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Line;
import dev.holdfast.cli.Chart.Mark;
import dev.holdfast.cli.Chart.Point;
import dev.holdfast.cli.Chart.Points;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SvgChartsTest {

  private static Chart parabola(String name) {
    List<Point> points =
        IntStream.rangeClosed(1, 100)
            .mapToObj(i -> new Point(i, 20 + (i - 50) * (i - 50)))
            .toList();
    return new Chart(
        "Title <of> " + name,
        "R & D",
        Axis.times("interval", 1, 100),
        Axis.log("waste, %", 20, 3000),
        List.of(
            new Line(name, false, points),
            new Line("as they say", true, List.of(new Point(1, 20), new Point(100, 500))),
            new Points("measured", List.of(new Point(3, 400), new Point(70, 90))),
            new Mark("first", new Point(50, 20)),
            new Mark("second & last", new Point(52, 24))));
  }

  @Test
  void svg_ofCharts_isXmlThatHoldsEveryWord() throws Exception {
    SvgText svg = SvgText.of(SvgCharts.render(List.of(parabola("one"), parabola("two"))));
    svg.mustSay("Title <of> one", "Title <of> two", "R & D", "interval", "waste, %");
    svg.mustSay("one", "two", "as they say", "measured", "first", "second & last", "1 min");
  }

  @Test
  void svg_ofSameCharts_isTheSameText() {
    List<Chart> charts = List.of(parabola("one"), parabola("two"));
    assertEquals(SvgCharts.render(charts), SvgCharts.render(charts));
  }

  @Test
  void svg_ofValuesWithoutPlace_leavesThemOut() throws Exception {
    List<Point> odd =
        List.of(
            new Point(1, Double.NaN),
            new Point(0, 5),
            new Point(2, Double.POSITIVE_INFINITY),
            new Point(2, 3),
            new Point(4, -1),
            new Point(4, 6));
    Chart chart =
        new Chart(
            "odd",
            "",
            Axis.log("x", 1, 10),
            Axis.log("y", 1, 10),
            List.of(new Line("l", true, odd)));
    String svg = SvgCharts.render(List.of(chart));
    SvgText.of(svg).mustSay("odd");
    assertFalse(svg.contains("NaN"), svg);
    assertFalse(svg.contains("Infinity"), svg);
  }

  @Test
  void svg_ofOnePoint_isStillADrawing() throws Exception {
    Chart flat =
        new Chart(
            "flat",
            "",
            Axis.log("x", 3, 3),
            Axis.linear("y"),
            List.of(new Mark("only", new Point(3, 0))));
    SvgText.of(SvgCharts.render(List.of(flat))).mustSay("flat", "only");
  }

  /** Names at the same height do not touch, and no line crosses a name. */
  @Test
  void marks_closeTogether_areNamedInRowsOfTheirOwn() {
    List<Mark> marks =
        IntStream.of(10, 11, 12, 60, 61)
            .mapToObj(x -> new Mark("name " + x, new Point(x, 0)))
            .toList();
    List<MarkLayout.Placed> placed =
        MarkLayout.place(marks, new Span(Chart.Scale.LINEAR, 0, 100), 1000);
    assertEquals(
        List.of("name 61 0", "name 60 1", "name 12 0", "name 11 1", "name 10 2"),
        placed.stream().map(p -> p.mark().label() + " " + p.row()).toList());
  }

  @Test
  void ticks_ofAnySpan_areFewAndInside() {
    for (double high : new double[] {1.5, 20, 1e3, 1e9}) {
      List<Chart.Tick> ticks = Ticks.decades(1, high);
      assertTrue(ticks.size() >= 2 && ticks.size() <= 12, ticks.toString());
      assertTrue(ticks.stream().allMatch(t -> t.value() >= 1 && t.value() <= high));
      assertEquals(
          List.of("1 h", "3 h", "8 h", "1 d"),
          Ticks.times(3000, 100_000).stream().map(Chart.Tick::label).toList());
    }
  }
}
