// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The answer as one page that needs nothing but itself. */
final class IntervalHtml {
  private static final String STYLE =
      """
      body { font: 16px/1.45 sans-serif; color: #222; max-width: 900px; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.35em } h2 { font-size: 1.1em; margin-top: 2em }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums }
      td, th { padding: .25em .9em .25em 0; text-align: right; border-bottom: 1px solid #ddd }
      td:first-child, th:first-child { text-align: left }
      .warning { background: #fff3d6; border-left: 4px solid #e69f00; padding: .5em .8em }
      .wide { overflow-x: auto } .wide > svg { max-width: 100%; height: auto }
      """;

  private final StringBuilder page = new StringBuilder();

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
    IntervalHtml html = new IntervalHtml();
    html.page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.page.append("<title>holdfast interval</title>\n<style>\n").append(STYLE);
    html.page.append("</style>\n</head>\n<body>\n");
    html.element("h1", text.headline());
    Validity.warnings(answer).forEach(html::warning);
    html.table(text.table());
    text.split().forEach(line -> html.element("p", line));
    text.walltime().forEach(line -> html.element("p", line.strip()));
    html.element("p", text.sensitivity());
    if (!sweeps.isEmpty()) {
      html.sweep(sweeps, points, all);
    }
    html.page.append("<div class=\"wide\">\n").append(withoutNamespaces(svg)).append("</div>\n");
    html.inputs(answer, sweeps);
    html.element("h2", "Assumptions");
    html.page.append("<ul>\n");
    Validity.assumptions(answer).forEach(a -> html.element("li", a));
    html.page.append("</ul>\n</body>\n</html>\n");
    return html.page.toString();
  }

  /** Inside a page of HTML an svg element needs no namespace, and then no address is in it. */
  private static String withoutNamespaces(String svg) {
    return svg.replaceAll(" xmlns(:xlink)?=\"[^\"]*\"", "");
  }

  private void sweep(List<Sweep> sweeps, List<WhatIf> points, boolean all) {
    element("h2", "Sweep");
    element("p", "Above is one point of it.");
    Validity.warnings(points).forEach(this::warning);
    table(SweepText.table(sweeps, points, all));
  }

  private void warning(String text) {
    page.append("<p class=\"warning\">").append(escaped(text)).append(".</p>\n");
  }

  private void inputs(WhatIf answer, List<Sweep> sweeps) {
    element("h2", "Inputs");
    page.append("<table>\n");
    for (Parameter parameter : Parameter.values()) {
      OptionalDouble value = answer.inputs().get(parameter);
      if (value.isPresent()) {
        row("td", List.of("--" + parameter.word(), parameter.format(value.getAsDouble())));
      }
    }
    for (Sweep sweep : sweeps) {
      String values = sweep.values().stream().map(sweep.parameter()::format).collect(joining(", "));
      row("td", List.of("--vary " + sweep.parameter().word(), values));
    }
    new TreeMap<>(answer.setting().json())
        .forEach((key, value) -> row("td", List.of(key, value.toString())));
    page.append("</table>\n");
  }

  private void table(Text.Table table) {
    page.append("<div class=\"wide\"><table>\n");
    List<List<String>> rows = table.rows();
    row("th", rows.getFirst());
    rows.stream().skip(1).forEach(cells -> row("td", cells));
    page.append("</table></div>\n");
  }

  private void row(String element, List<String> cells) {
    page.append("<tr>");
    for (String cell : cells) {
      page.append('<').append(element).append('>').append(escaped(cell));
      page.append("</").append(element).append('>');
    }
    page.append("</tr>\n");
  }

  private void element(String name, String text) {
    page.append('<').append(name).append('>').append(escaped(text));
    page.append("</").append(name).append(">\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
