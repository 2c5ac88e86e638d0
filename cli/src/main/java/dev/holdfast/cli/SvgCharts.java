// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Bar;
import dev.holdfast.cli.Chart.Bars;
import dev.holdfast.cli.Chart.Layer;
import dev.holdfast.cli.Chart.Line;
import dev.holdfast.cli.Chart.Mark;
import dev.holdfast.cli.Chart.Point;
import dev.holdfast.cli.Chart.Points;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jetbrains.letsPlot.commons.encoding.RGBEncoder;
import org.jetbrains.letsPlot.core.util.PlotSvgExportCommon;

/**
 * Draws charts as SVG, one below the other. The only class that knows the charting library
 * (decision 8): it is loaded when a chart is asked for and not before. It needs neither fonts nor
 * java.desktop, so it works on a login node. The same charts give the same bytes.
 */
final class SvgCharts {
  private static final int WIDTH_PX = 860;
  private static final int HEIGHT_PX = 480;

  /** Of the panel inside the axes, near enough to place names by. */
  private static final double PANEL_WIDTH_PX = 780;

  private static final double PANEL_HEIGHT_PX = 350;
  private static final double ROW_PX = 19;
  private static final double LETTER_PX = 7.2;

  /** Thickness of all bars together, and of one at most, in the units of a line's size. */
  private static final double BARS_HEIGHT = 100;

  private static final double BAR_MAX = 10;

  /** Between the line that leads down to a name and the name. */
  private static final double GAP_PX = 4;

  /** Okabe and Ito's colours, which people with any colour vision tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333");

  private static final String GREY = "#777777";

  /** Names the library draws by lot. */
  private static final Pattern DRAWN_ID = Pattern.compile("(?<=id=\"|#)[a-z][A-Za-z0-9]{6}\\b");

  /** A chart has no raster images. */
  private static final RGBEncoder NO_IMAGES =
      (width, height, argb) -> {
        throw new IllegalStateException("a chart with an image of " + width + " x " + height);
      };

  private SvgCharts() {}

  /** The width of a word as drawn, near enough. */
  static double widthPx(String word) {
    return (word.length() + 2) * LETTER_PX;
  }

  /** A complete SVG file. */
  static String render(List<Chart> charts) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        Text.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %1$d %2$d\">\n",
            WIDTH_PX, HEIGHT_PX * charts.size()));
    for (int i = 0; i < charts.size(); i++) {
      String one = stable(draw(charts.get(i)), i);
      svg.append(one.replaceFirst("<svg ", "<svg y=\"" + i * HEIGHT_PX + "\" ")).append('\n');
    }
    return svg.append("</svg>\n").toString();
  }

  private static String draw(Chart chart) {
    return PlotSvgExportCommon.INSTANCE.buildSvgImageFromRawSpecs(
        specification(chart), null, NO_IMAGES, false);
  }

  /** Replaces the names drawn by lot by their order. */
  private static String stable(String svg, int chart) {
    Map<String, String> names = new HashMap<>();
    return DRAWN_ID
        .matcher(svg)
        .replaceAll(
            id -> names.computeIfAbsent(id.group(), drawn -> "chart" + chart + "-" + names.size()));
  }

  private static Map<String, Object> specification(Chart chart) {
    Span x = Span.of(chart.x().scale(), values(chart, true));
    Span y = Span.of(chart.y().scale(), values(chart, false));
    List<MarkLayout.Placed> names = MarkLayout.place(marks(chart), x, PANEL_WIDTH_PX);
    int rows = names.stream().mapToInt(MarkLayout.Placed::row).max().orElse(-1) + 1;
    double band = rows == 0 ? 0 : (rows + 1) * ROW_PX / PANEL_HEIGHT_PX;
    Span shown = new Span(y.scale(), y.at(-band / (1 - band)), y.high());
    List<Object> layers = new ArrayList<>();
    chart.layers().forEach(layer -> draw(layer, chart, layers));
    names.forEach(name -> draw(name, x, shown, rows, layers));
    return map(
        "kind", "plot",
        "ggsize", map("width", WIDTH_PX, "height", HEIGHT_PX),
        "ggtitle", map("text", chart.title(), "subtitle", chart.subtitle()),
        "theme", map("name", "bw", "legend_position", "bottom"),
        "coord", map("name", "cartesian", "ylim", List.of(shown.low(), shown.high())),
        "scales", scales(chart),
        "layers", layers);
  }

  private static List<Mark> marks(Chart chart) {
    return chart.layers().stream()
        .filter(Mark.class::isInstance)
        .map(Mark.class::cast)
        .filter(mark -> shown(mark.at(), chart))
        .toList();
  }

  private static DoubleStream values(Chart chart, boolean ofX) {
    return chart.layers().stream()
        .flatMap(SvgCharts::points)
        .filter(p -> shown(p, chart))
        .mapToDouble(p -> ofX ? p.x() : p.y());
  }

  private static Stream<Point> points(Layer layer) {
    return switch (layer) {
      case Line line -> line.points().stream();
      case Points points -> points.points().stream();
      case Bars bars ->
          bars.bars().stream()
              .flatMap(
                  bar -> Stream.of(new Point(bar.from(), bar.y()), new Point(bar.to(), bar.y())));
      case Mark mark -> Stream.of(mark.at());
    };
  }

  private static boolean shown(Point point, Chart chart) {
    return Span.shows(chart.x().scale(), point.x()) && Span.shows(chart.y().scale(), point.y());
  }

  private static List<Object> scales(Chart chart) {
    List<Object> scales = new ArrayList<>();
    scales.add(scale("x", chart.x()));
    scales.add(scale("y", chart.y()));
    scales.add(map("aesthetic", "color", "name", "", "values", COLOURS, "discrete", true));
    return scales;
  }

  private static Map<String, Object> scale(String aesthetic, Axis axis) {
    Map<String, Object> scale = map("aesthetic", aesthetic, "name", axis.label());
    if (axis.scale() == Chart.Scale.LOG) {
      scale.put("trans", "log10");
    }
    if (!axis.ticks().isEmpty()) {
      scale.put("breaks", axis.ticks().stream().map(Chart.Tick::value).toList());
      scale.put("labels", axis.ticks().stream().map(Chart.Tick::label).toList());
    }
    return scale;
  }

  private static void draw(Layer layer, Chart chart, List<Object> layers) {
    List<Point> points = points(layer).filter(p -> shown(p, chart)).toList();
    switch (layer) {
      case Line line ->
          layers.add(
              with(
                  layer("path", points, line.name()),
                  "size",
                  1.1,
                  "linetype",
                  line.dashed() ? "dashed" : "solid"));
      case Points dots -> layers.add(with(layer("point", points, dots.name()), "size", 2.5));
      case Bars bars -> layers.add(bars(bars));
      case Mark mark ->
          layers.add(with(layer("point", points, ""), "size", 4.5, "color", COLOURS.get(1)));
    }
  }

  private static Map<String, Object> bars(Bars bars) {
    List<Bar> all = bars.bars();
    Map<String, Object> data = map("x", all.stream().map(Bar::from).toList());
    data.put("y", all.stream().map(Bar::y).toList());
    data.put("end", all.stream().map(Bar::to).toList());
    data.put("name", all.stream().map(bar -> bars.name()).toList());
    return map(
        "geom",
        "segment",
        "data",
        data,
        "mapping",
        map("x", "x", "y", "y", "xend", "end", "yend", "y", "color", "name"),
        "tooltips",
        "none",
        "size",
        thicknessOf(all));
  }

  /** So that bars above one another stay apart, as far as bars can. */
  private static double thicknessOf(List<Bar> bars) {
    double rows = bars.stream().mapToDouble(Bar::y).max().orElse(1);
    return Math.clamp(BARS_HEIGHT / rows, 1, BAR_MAX);
  }

  /** The name of a mark and the line down to it. */
  private static void draw(
      MarkLayout.Placed name, Span across, Span up, int rows, List<Object> layers) {
    double heightPx = (rows - 1 - name.row()) * ROW_PX + ROW_PX / 4;
    double y = up.at(heightPx / PANEL_HEIGHT_PX);
    Point at = name.mark().at();
    List<Point> down = List.of(at, new Point(at.x(), y));
    layers.add(with(layer("path", down, ""), "size", 0.6, "color", GREY));
    double beside = across.at(across.share(at.x()) + GAP_PX / PANEL_WIDTH_PX);
    Map<String, Object> text = layer("text", List.of(new Point(beside, y)), "");
    text.putAll(map("label", name.mark().label(), "hjust", 0.0, "vjust", 0.0));
    layers.add(with(text, "size", 6.5, "color", "#333333"));
  }

  private static Map<String, Object> layer(String geom, List<Point> points, String name) {
    Map<String, Object> data = map("x", points.stream().map(Point::x).toList());
    data.put("y", points.stream().map(Point::y).toList());
    Map<String, Object> mapping = map("x", "x", "y", "y");
    if (!name.isEmpty()) {
      data.put("name", points.stream().map(p -> name).toList());
      mapping.put("color", "name");
    }
    Map<String, Object> layer = map("geom", geom, "data", data, "mapping", mapping);
    layer.put("tooltips", "none");
    if (name.isEmpty()) {
      layer.put("color", COLOURS.getFirst());
    }
    return layer;
  }

  private static Map<String, Object> with(Map<String, Object> layer, Object... keysAndValues) {
    layer.putAll(map(keysAndValues));
    return layer;
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
