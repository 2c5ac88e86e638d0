// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A page of HTML that needs nothing but itself. */
final class HtmlPage {
  private static final String STYLE =
      """
      body { font: 16px/1.45 sans-serif; color: #222; max-width: 900px; margin: 2em auto; padding: 0 1em }
      h1 { font-size: 1.35em } h2 { font-size: 1.1em; margin-top: 2em }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums }
      td, th { padding: .25em .9em .25em 0; text-align: right; border-bottom: 1px solid #ddd }
      td:first-child, th:first-child { text-align: left }
      .warning { background: #fff3d6; border-left: 4px solid #e69f00; padding: .5em .8em }
      .wide { overflow-x: auto } svg { max-width: 100%; height: auto }
      """;

  private final StringBuilder page = new StringBuilder();

  HtmlPage(String title) {
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    page.append(escaped(title)).append("</title>\n<style>\n").append(STYLE);
    page.append("</style>\n</head>\n<body>\n");
  }

  /** The whole page. */
  String end() {
    return page.append("</body>\n</html>\n").toString();
  }

  /** An element such as h1 or p. */
  void element(String name, String text) {
    page.append('<').append(name).append('>').append(escaped(text));
    page.append("</").append(name).append(">\n");
  }

  void warning(String text) {
    page.append("<p class=\"warning\">").append(escaped(text)).append("</p>\n");
  }

  void list(List<String> items) {
    page.append("<ul>\n");
    items.forEach(item -> element("li", item));
    page.append("</ul>\n");
  }

  void table(Text.Table table) {
    page.append("<div class=\"wide\"><table>\n");
    List<List<String>> rows = table.rows();
    row("th", rows.getFirst());
    rows.stream().skip(1).forEach(cells -> row("td", cells));
    page.append("</table></div>\n");
  }

  /** Inside a page of HTML an svg element needs no namespace, and then no address is in it. */
  void drawing(String svg) {
    page.append("<div class=\"wide\">\n");
    page.append(svg.replaceAll(" xmlns(:xlink)?=\"[^\"]*\"", "")).append("</div>\n");
  }

  /**
   * What was asked, as a table of options.
   *
   * @param more of the scheme, by name
   */
  void inputs(Inputs inputs, List<Sweep> sweeps, Map<String, Object> more) {
    element("h2", "Inputs");
    page.append("<table>\n");
    for (Parameter parameter : Parameter.values()) {
      OptionalDouble value = inputs.get(parameter);
      if (value.isPresent()) {
        row("td", List.of("--" + parameter.word(), parameter.format(value.getAsDouble())));
      }
    }
    for (Sweep sweep : sweeps) {
      String values =
          sweep.values().stream().map(sweep.parameter()::format).collect(Collectors.joining(", "));
      row("td", List.of("--vary " + sweep.parameter().word(), values));
    }
    new TreeMap<>(more).forEach((key, value) -> row("td", List.of(key, value.toString())));
    page.append("</table>\n");
  }

  private void row(String element, List<String> cells) {
    page.append("<tr>");
    for (String cell : cells) {
      page.append('<').append(element).append('>').append(escaped(cell));
      page.append("</").append(element).append('>');
    }
    page.append("</tr>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
