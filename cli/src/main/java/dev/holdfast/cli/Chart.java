// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.List;

/**
 * One plot, as numbers and words; {@link SvgCharts} draws it. Values that an axis has no place for
 * (not finite, or not positive on a logarithmic axis) are left out.
 *
 * @param title what is seen, in one line
 * @param subtitle what it holds for; may be empty
 * @param layers drawn in this order; at least one
 */
record Chart(String title, String subtitle, Axis x, Axis y, List<Layer> layers) {

  /** How values map to distance. */
  enum Scale {
    LINEAR,
    LOG
  }

  /**
   * An axis, as long as what it has to show.
   *
   * @param ticks where a value is written; empty leaves the choice to the renderer
   */
  record Axis(String label, Scale scale, List<Tick> ticks) {
    static Axis linear(String label) {
      return new Axis(label, Scale.LINEAR, List.of());
    }

    /** The values of both ends decide which ticks are written. */
    static Axis log(String label, double low, double high) {
      return new Axis(label, Scale.LOG, Ticks.decades(low, high));
    }

    /** A logarithmic axis of times in seconds, with ticks as people say them. */
    static Axis times(String label, double lowSeconds, double highSeconds) {
      return new Axis(label, Scale.LOG, Ticks.times(lowSeconds, highSeconds));
    }
  }

  /**
   * A value written at an axis.
   *
   * @param label what is written there
   */
  record Tick(double value, String label) {}

  /** A place on the plot, in the units of its axes. */
  record Point(double x, double y) {}

  /** Something drawn. */
  sealed interface Layer {}

  /**
   * Points joined in the order given.
   *
   * @param name in the legend; lines of one name share a colour; empty for none
   * @param dashed for what is not the main thing
   */
  record Line(String name, boolean dashed, List<Point> points) implements Layer {}

  /**
   * Thick bars along the x axis.
   *
   * @param name in the legend; what has one name shares a colour
   */
  record Bars(String name, List<Bar> bars) implements Layer {}

  /** A bar at a height, from one x to another. */
  record Bar(double y, double from, double to) {}

  /**
   * Separate points.
   *
   * @param name in the legend; empty for none
   */
  record Points(String name, List<Point> points) implements Layer {}

  /**
   * One point with its name written below the drawing and a line down to it, so that names of
   * neighbours do not run into each other.
   *
   * @param label a few words
   */
  record Mark(String label, Point at) implements Layer {}
}
