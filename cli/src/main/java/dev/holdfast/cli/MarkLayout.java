// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places the names of marks below a drawing.
 *
 * <p>A name stands to the right of the line that leads down to it. From right to left, each goes
 * one row below every name it would touch: then no name touches another, and no line crosses a
 * name, because the lines inside a name's width belong to names in higher rows and end there.
 */
final class MarkLayout {
  private MarkLayout() {}

  /**
   * A name in its place.
   *
   * @param row 0 is the highest
   */
  record Placed(Chart.Mark mark, int row) {}

  /**
   * @param marks on one axis
   * @param widthPx of that axis
   * @param axis from low to high
   */
  static List<Placed> place(List<Chart.Mark> marks, Span axis, double widthPx) {
    List<Chart.Mark> fromRight =
        marks.stream()
            .sorted(Comparator.comparingDouble((Chart.Mark m) -> m.at().x()).reversed())
            .toList();
    List<Placed> placed = new ArrayList<>();
    for (Chart.Mark mark : fromRight) {
      double fromPx = axis.share(mark.at().x()) * widthPx;
      double toPx = fromPx + SvgCharts.widthPx(mark.label());
      int row = 0;
      for (Placed other : placed) {
        if (axis.share(other.mark().at().x()) * widthPx < toPx) {
          row = Math.max(row, other.row() + 1);
        }
      }
      placed.add(new Placed(mark, row));
    }
    return placed;
  }
}
