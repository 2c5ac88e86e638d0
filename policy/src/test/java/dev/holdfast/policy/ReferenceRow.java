// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One row of policy-reference.csv, by column name. */
record ReferenceRow(Map<String, String> cells) {

  static List<ReferenceRow> exponential() {
    return all().stream().filter(row -> row.text("dist").equals("exponential")).toList();
  }

  /** The rows of the other failure laws. */
  static List<ReferenceRow> renewal() {
    return all().stream().filter(row -> !row.text("dist").equals("exponential")).toList();
  }

  private static List<ReferenceRow> all() {
    try (InputStream in =
            Objects.requireNonNull(ReferenceRow.class.getResourceAsStream("policy-reference.csv"));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<String> lines = reader.lines().toList();
      String[] header = lines.getFirst().split(",", -1);
      return lines.stream().skip(1).map(line -> parse(header, line.split(",", -1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReferenceRow parse(String[] header, String[] values) {
    Map<String, String> cells = new HashMap<>();
    for (int i = 0; i < header.length; i++) {
      cells.put(header[i], values[i]);
    }
    return new ReferenceRow(Map.copyOf(cells));
  }

  String text(String column) {
    return Objects.requireNonNull(cells.get(column), column);
  }

  double number(String column) {
    return Double.parseDouble(text(column));
  }

  double workSeconds() {
    return number("W_s");
  }

  Situation situation() {
    return new Situation(number("C_s"), number("mtbf_s"), number("R_s"), number("D_s"));
  }

  FailureLaw law() {
    double scale = number("scale");
    return switch (text("dist")) {
      case "weibull" -> new Weibull(number("shape"), scale);
      case "lognormal" -> new LogNormal(scale, number("shape"));
      default -> throw new IllegalArgumentException(text("dist"));
    };
  }

  @Override
  public String toString() {
    return text("id");
  }
}
