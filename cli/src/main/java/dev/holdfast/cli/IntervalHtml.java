// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.List;

/** The answer as one page. */
final class IntervalHtml {
  private IntervalHtml() {}

  /**
   * @param answer shown in detail: of a sweep one of its points
   * @param sweeps empty if there was none
   * @param points of the sweep
   * @param svg the drawings
   */
  static String of(
      WhatIf answer, boolean all, List<Sweep> sweeps, List<WhatIf> points, String svg) {
    IntervalText text = new IntervalText(answer, all);
    HtmlPage page = new HtmlPage("holdfast interval");
    page.element("h1", text.headline());
    Validity.warnings(answer).forEach(warning -> page.warning(warning + "."));
    page.table(text.table());
    text.split().forEach(line -> page.element("p", line));
    text.walltime().forEach(line -> page.element("p", line.strip()));
    page.element("p", text.sensitivity());
    if (!sweeps.isEmpty()) {
      page.element("h2", "Sweep");
      page.element("p", "Above is one point of it.");
      Validity.warnings(points).forEach(warning -> page.warning(warning + "."));
      page.table(SweepText.table(sweeps, points, all));
    }
    page.drawing(svg);
    page.inputs(answer.inputs(), sweeps, answer.setting().json());
    page.element("h2", "Assumptions");
    page.list(Validity.assumptions(answer));
    return page.end();
  }
}
