// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What one benchmark leaves: the machine, how it was measured, and rows with units in the keys. */
public final class Report {
  private final String name;
  private final Setup setup;
  private final Map<String, Object> machine;
  private final Map<String, Object> settings;
  private final List<Map<String, Object>> rows = new ArrayList<>();

  /** Begins a report; says so. */
  public Report(String name, Setup setup, Object... settings) throws IOException {
    this.name = name;
    this.setup = setup;
    this.machine = Machine.facts(setup.scratch());
    this.settings = map(settings);
    System.out.printf(Locale.ROOT, "%n== %s %s%n", name, this.settings);
  }

  /** Adds a row: key, value, key, value. */
  public void row(Object... keysAndValues) {
    rows.add(map(keysAndValues));
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /** Writes {@code <name>.json}. */
  public void write() throws IOException {
    machine.put("load_average_1min_at_end", Machine.loadAverage());
    String rowsText = rows.stream().map(Report::text).collect(Collectors.joining(",\n    "));
    String text =
        """
        {
          "benchmark": %s,
          "machine": %s,
          "settings": %s,
          "rows": [
            %s
          ]
        }
        """
            .formatted(text(name), text(machine), text(settings), rowsText);
    Path file = setup.results().resolve(name + ".json");
    Files.writeString(file, text);
    System.out.println("wrote " + file);
  }

  private static String text(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> text(e.getKey()) + ": " + text(e.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Double number -> number(number);
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    };
  }

  /** Four digits: more would be noise. */
  private static String number(double value) {
    String digits = String.format(Locale.ROOT, "%.4g", value);
    return Double.isFinite(value) ? String.valueOf(Double.parseDouble(digits)) : "null";
  }
}
