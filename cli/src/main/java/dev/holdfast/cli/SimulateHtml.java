// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.List;
import java.util.Map;

/** A simulation as one page. */
final class SimulateHtml {
  private SimulateHtml() {}

  static String of(
      List<SimulatedCase> cases,
      List<Sweep> sweeps,
      long seed,
      String title,
      String teaches,
      String svg) {
    SimulatedCase first = cases.getFirst();
    HtmlPage page = new HtmlPage("holdfast simulate");
    page.element("h1", title.isEmpty() ? SimulateText.headline(first, seed) : title);
    if (!title.isEmpty()) {
      page.element("p", SimulateText.headline(first, seed));
    }
    if (!teaches.isEmpty()) {
      page.element("p", teaches);
    }
    first.warnings().forEach(page::warning);
    if (sweeps.isEmpty()) {
      page.table(SimulateText.table(first));
      first.results().forEach(result -> page.element("p", SimulateText.split(first, result)));
    } else {
      page.table(SimulateText.sweep(sweeps.getFirst(), cases));
    }
    cases.forEach(one -> SimulateText.findings(one).forEach(line -> page.element("p", line)));
    page.drawing(svg);
    page.inputs(first.inputs(), sweeps, Map.of());
    return page.end();
  }
}
