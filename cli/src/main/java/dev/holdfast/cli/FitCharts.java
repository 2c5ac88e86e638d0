// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Chart.Axis;
import dev.holdfast.cli.Chart.Layer;
import dev.holdfast.cli.Chart.Line;
import dev.holdfast.cli.Chart.Point;
import dev.holdfast.cli.Chart.Points;
import dev.holdfast.cli.Chart.Scale;
import dev.holdfast.cli.Chart.Tick;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.fit.Fit;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFamily;
import dev.holdfast.policy.fit.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Drawings of a fit: the share of times up to a length, seen and by each law; and the same on
 * Weibull probability paper, where {@code ln(-ln S)} over {@code ln t} makes a Weibull law a
 * straight line of the slope of its shape, and both tails can be seen. Of a censored sample the
 * share is that of Kaplan and Meier; a dot stands in the middle of its step.
 */
final class FitCharts {
  /** More dots than this hide each other. */
  private static final int DOTS_MAX = 150;

  private static final int LINE_POINTS = 200;

  /** A longest time so many shortest ones long is told in several units. */
  private static final double SEVERAL_UNITS = 30;

  private static final double[] PERCENT = {0.1, 0.5, 1, 2, 5, 10, 20, 50, 80, 95, 99.5};
  private static final String SEEN = "the log";

  private final FitReport report;
  private final String subtitle;
  private final double[] seconds;
  private final double[] survivals;

  /** In which times are drawn: one unit, or seconds where an axis needs several to be read. */
  private final FitText.TimeUnit unit;

  private FitCharts(FitAnswer answer) {
    this.report = answer.report();
    Sample sample = report.sample();
    this.seconds = sample.distinctFailureSeconds();
    this.survivals = sample.survivals();
    this.unit =
        longest() > SEVERAL_UNITS * seconds[0]
            ? new FitText.TimeUnit(1, "")
            : FitText.TimeUnit.of(longest());
    String selected = answer.options().inWords();
    this.subtitle =
        (selected.isEmpty() ? "" : selected + ": ")
            + (answer.hasEvents()
                ? Text.count(sample.failures(), "gap")
                    + (answer.window().isZero()
                        ? ", those of 0 dropped"
                        : ", coalesced within " + FitText.window(answer.window()))
                : Text.count(sample.failures(), "failure")
                    + ", "
                    + Text.count(sample.censored(), "time")
                    + " without one");
  }

  static List<Chart> of(FitAnswer answer) {
    FitCharts charts = new FitCharts(answer);
    return List.of(charts.shares(), charts.paper());
  }

  private Chart shares() {
    return new Chart(
        "Time to failure: seen, and by each law (solid: the one to use)",
        subtitle,
        time(),
        Axis.linear("share of times up to this length, %"),
        layers(survival -> 100 * (1 - survival)));
  }

  private Chart paper() {
    double least = weibull(1 - 1e-5);
    double most = weibull(1e-5);
    List<Tick> ticks =
        DoubleStream.of(PERCENT)
            .mapToObj(p -> new Tick(weibull(1 - p / 100), Text.format("%s %%", trimmed(p))))
            .filter(tick -> tick.value() > least && tick.value() < most)
            .toList();
    return new Chart(
        "Weibull probability paper: a Weibull law is a straight line",
        subtitle,
        time(),
        new Axis("share of times up to this length", Scale.LINEAR, ticks),
        layers(FitCharts::weibull));
  }

  private static String trimmed(double percent) {
    return percent == Math.rint(percent)
        ? Text.format("%.0f", percent)
        : Text.format("%.1f", percent);
  }

  private static double weibull(double survival) {
    return Math.log(-Math.log(survival));
  }

  private Axis time() {
    String label = "time to failure";
    return unit.symbol().isEmpty()
        ? Axis.times(label, seconds[0], longest())
        : Axis.log(
            label + ", " + unit.symbol(), seconds[0] / unit.seconds(), longest() / unit.seconds());
  }

  private double longest() {
    return seconds[seconds.length - 1];
  }

  private List<Layer> layers(DoubleUnaryOperator ofSurvival) {
    List<Layer> layers = new ArrayList<>();
    layers.add(new Points(SEEN, seen(ofSurvival)));
    Fit recommended = report.recommended();
    for (LawFamily family : LawFamily.values()) { // each has the same colour everywhere
      report
          .of(family)
          .map(fit -> new Line(family.id(), !fit.equals(recommended), line(fit.law(), ofSurvival)))
          .ifPresent(layers::add);
    }
    return layers;
  }

  /** Evenly spread over the axis of the shares, both ends included. */
  private List<Point> seen(DoubleUnaryOperator ofSurvival) {
    List<Point> points = new ArrayList<>();
    double next = Double.NEGATIVE_INFINITY;
    double first = ofSurvival.applyAsDouble(middle(0));
    double last = ofSurvival.applyAsDouble(middle(survivals.length - 1));
    for (int i = 0; i < seconds.length; i++) {
      double y = ofSurvival.applyAsDouble(middle(i));
      if (y >= next || i == seconds.length - 1) {
        points.add(new Point(seconds[i] / unit.seconds(), y));
        next = y + (last - first) / DOTS_MAX;
      }
    }
    return points;
  }

  private double middle(int index) {
    return ((index == 0 ? 1 : survivals[index - 1]) + survivals[index]) / 2;
  }

  /** From the first time to the last, in equal steps of its logarithm. */
  private List<Point> line(FailureLaw law, DoubleUnaryOperator ofSurvival) {
    double low = Math.log(seconds[0]);
    double high = Math.log(longest());
    return IntStream.rangeClosed(0, LINE_POINTS)
        .mapToDouble(i -> Math.exp(low + (high - low) * i / LINE_POINTS))
        .mapToObj(t -> new Point(t / unit.seconds(), ofSurvival.applyAsDouble(law.survival(t))))
        .toList();
  }
}
