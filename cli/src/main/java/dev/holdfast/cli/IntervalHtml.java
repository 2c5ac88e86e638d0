// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.List;

/** The answer as one page. */
final class IntervalHtml {
  private IntervalHtml() {}

  /**
   * @param sweep the table of a sweep; empty if there was none
   * @param svg the drawings
   */
  static String of(WhatIf answer, boolean all, List<Text.Table> sweep, String svg) {
    IntervalText text = new IntervalText(answer, all);
    HtmlPage page = new HtmlPage("holdfast interval");
    page.element("h1", text.headline());
    Validity.warnings(answer).forEach(warning -> page.warning(warning + "."));
    page.table(text.table());
    text.split().forEach(line -> page.element("p", line));
    text.walltime().forEach(line -> page.element("p", line.strip()));
    page.element("p", text.sensitivity());
    sweep.forEach(page::table);
    page.drawing(svg);
    page.inputs(answer.inputs());
    page.element("h2", "Assumptions");
    page.list(Validity.assumptions(answer));
    return page.end();
  }
}
