// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws what was measured as SVG: panels one below the other, of bars or of lines, on axes of
 * powers of ten, because the peers differ by such. The same figures give the same bytes.
 */
final class Drawing {
  /** Okabe and Ito's colours, which people with any colour vision tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333");

  private static final int WIDTH_PX = 860;
  private static final int LEFT_PX = 210;
  private static final int PANEL_WIDTH_PX = 560;
  private static final int TITLE_PX = 46;
  private static final int BAR_PX = 17;
  private static final int GAP_PX = 12;
  private static final int LINES_HEIGHT_PX = 260;
  private static final int BELOW_PX = 48;

  /** One bar: whose it is and how long. */
  record Bar(String name, double value) {}

  /** Bars that belong together. */
  record Group(String label, List<Bar> bars) {}

  record Point(double x, double y) {}

  record Line(String name, List<Point> points) {}

  private final StringBuilder body = new StringBuilder();
  private final List<String> names = new ArrayList<>();
  private double topPx;

  private void text(double x, double y, String anchor, int size, String colour, String words) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\""
                + " fill=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            size,
            colour,
            words.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private void rule(double x1, double y1, double x2, double y2, String colour) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            colour));
  }

  /** One colour for one name, in all panels. */
  private String colour(String name) {
    if (!names.contains(name)) {
      names.add(name);
    }
    return COLOURS.get(names.indexOf(name) % COLOURS.size());
  }

  private void title(String title, String subtitle) {
    text(16, topPx + 20, "start", 15, "#000000", title);
    text(16, topPx + 37, "start", 12, "#777777", subtitle);
    topPx += TITLE_PX;
  }

  /** Powers of ten, and their halves and fifths where there are few of them. */
  private static List<Double> ticks(double low, double high) {
    List<Double> ticks = new ArrayList<>();
    boolean fine = high / low < 1000;
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (double factor : fine ? new double[] {1, 2, 5} : new double[] {1}) {
        double tick = factor * Math.pow(10, power);
        if (tick >= low * 0.999 && tick <= high * 1.001) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private static String number(double value) {
    if (value >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.valueOf(Double.parseDouble(String.format(Locale.ROOT, "%.2g", value)))
        .replaceAll("\\.0$", "");
  }

  private static double share(double value, double low, double high) {
    return Math.log(value / low) / Math.log(high / low);
  }

  /** Adds a panel of bars from the left, with the value at the end of each. */
  void bars(String title, String subtitle, List<Group> groups) {
    title(title, subtitle);
    List<Bar> all = groups.stream().flatMap(group -> group.bars().stream()).toList();
    double low = 0.7 * Math.min(1, all.stream().mapToDouble(Bar::value).min().orElse(1));
    double high = 1.5 * Math.max(1, all.stream().mapToDouble(Bar::value).max().orElse(1));
    double heightPx = all.size() * BAR_PX + groups.size() * GAP_PX;
    for (double tick : ticks(low, high)) {
      double x = LEFT_PX + PANEL_WIDTH_PX * share(tick, low, high);
      rule(x, topPx, x, topPx + heightPx, tick == 1 ? "#333333" : "#dddddd");
      text(x, topPx + heightPx + 16, "middle", 12, "#333333", number(tick));
    }
    double y = topPx;
    for (Group group : groups) {
      y += GAP_PX;
      text(16, y + 12, "start", 12, "#333333", group.label());
      for (Bar bar : group.bars()) {
        double widthPx = PANEL_WIDTH_PX * share(bar.value(), low, high);
        body.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LEFT_PX,
                y,
                widthPx,
                BAR_PX - 3,
                colour(bar.name())));
        text(LEFT_PX - 6, y + 12, "end", 12, "#000000", bar.name());
        text(LEFT_PX + widthPx + 5, y + 12, "start", 12, "#000000", number(bar.value()));
        y += BAR_PX;
      }
    }
    topPx += heightPx + BELOW_PX;
  }

  /** Adds a panel of lines, their names to the right. */
  void lines(String title, String subtitle, String xLabel, List<Line> lines) {
    title(title, subtitle);
    List<Point> all = lines.stream().flatMap(line -> line.points().stream()).toList();
    double left = all.stream().mapToDouble(Point::x).min().orElse(1);
    double right = all.stream().mapToDouble(Point::x).max().orElse(1) * 1.0001;
    double low = 0.8 * Math.min(1, all.stream().mapToDouble(Point::y).min().orElse(1));
    double high = 1.25 * Math.max(1, all.stream().mapToDouble(Point::y).max().orElse(1));
    double bottomPx = topPx + LINES_HEIGHT_PX;
    int leftPx = 70;
    int widthPx = PANEL_WIDTH_PX;
    for (double tick : ticks(low, high)) {
      double y = bottomPx - LINES_HEIGHT_PX * share(tick, low, high);
      rule(leftPx, y, leftPx + widthPx, y, tick == 1 ? "#333333" : "#dddddd");
      text(leftPx - 8, y + 4, "end", 12, "#333333", number(tick));
    }
    lines
        .getFirst()
        .points()
        .forEach(point -> {
          double x = leftPx + widthPx * share(point.x(), left, right);
          rule(x, bottomPx, x, bottomPx + 5, "#333333");
          text(x, bottomPx + 19, "middle", 12, "#333333", number(point.x()));
        });
    text(leftPx + widthPx / 2.0, bottomPx + 38, "middle", 12, "#333333", xLabel);
    double nameY = topPx + 14;
    for (Line line : lines) {
      StringBuilder path = new StringBuilder();
      for (Point point : line.points()) {
        double x = leftPx + widthPx * share(point.x(), left, right);
        double y = bottomPx - LINES_HEIGHT_PX * share(point.y(), low, high);
        path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        body.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                x,
                y,
                colour(line.name())));
      }
      body.append(
          String.format(
              Locale.ROOT,
              "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
              path.toString().strip(),
              colour(line.name())));
      text(leftPx + widthPx + 12, nameY, "start", 12, colour(line.name()), line.name());
      nameY += 18;
    }
    topPx += LINES_HEIGHT_PX + BELOW_PX + 10;
  }

  /** The complete file. */
  String svg() {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$.0f\""
            + " viewBox=\"0 0 %1$d %2$.0f\" font-family=\"sans-serif\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n%3$s</svg>%n",
        WIDTH_PX,
        topPx + 8,
        body);
  }
}
