// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text for people: numbers, moments and tables. */
final class Text {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private Text() {}

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a library of its own
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  static String count(long value) {
    return format("%,d", value);
  }

  /** For example {@code 1 version} or {@code 2,000 versions}. */
  static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }

  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = unit == 0 || value >= 100 ? "%.0f %s" : value >= 10 ? "%.1f %s" : "%.2f %s";
    return format(digits, value, UNITS[unit]);
  }

  static String moment(long epochMs) {
    return MOMENT.format(Instant.ofEpochMilli(epochMs));
  }

  /** Columns as wide as their widest cell; the first row is the head. */
  static final class Table {
    private final List<String[]> rows = new ArrayList<>();
    private final String alignments;

    /**
     * @param alignments one letter per column: l or r
     */
    Table(String alignments, String... head) {
      this.alignments = alignments;
      rows.add(head);
    }

    void row(String... cells) {
      rows.add(cells);
    }

    /** The head and then the rows. */
    List<List<String>> rows() {
      return rows.stream().map(List::of).toList();
    }

    void print(PrintWriter out, String indent) {
      int[] widths = new int[alignments.length()];
      for (String[] row : rows) {
        for (int i = 0; i < widths.length; i++) {
          widths[i] = Math.max(widths[i], row[i].length());
        }
      }
      for (String[] row : rows) {
        StringBuilder line = new StringBuilder(indent);
        for (int i = 0; i < widths.length; i++) {
          String padding = " ".repeat(widths[i] - row[i].length());
          line.append(alignments.charAt(i) == 'r' ? padding + row[i] : row[i] + padding);
          line.append("  ");
        }
        out.println(line.toString().stripTrailing());
      }
    }
  }
}
