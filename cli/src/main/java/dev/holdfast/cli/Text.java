// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.SizeText;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text for people: numbers, moments and tables. */
final class Text {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private Text() {}

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a library of its own
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** With commas. By hand, as what follows: a table may have a hundred thousand lines. */
  static String count(long value) {
    String digits = Long.toString(value);
    int first = value < 0 ? 1 : 0;
    StringBuilder text = new StringBuilder(digits);
    for (int at = digits.length() - 3; at > first; at -= 3) {
      text.insert(at, ',');
    }
    return text.toString();
  }

  /** For example {@code 1 version} or {@code 2,000 versions}. */
  static String count(long value, String noun) {
    return count(value) + " " + noun + (value == 1 ? "" : "s");
  }

  /** For example {@code 1.25 MiB}. */
  static String size(long bytes) {
    return SizeText.of(bytes);
  }

  /** The first line of a message; what follows a colon at its end stands in the others. */
  static String firstLine(String message) {
    String first = message.lines().findFirst().orElse("");
    return first.endsWith(":") ? first.substring(0, first.length() - 1) : first;
  }

  static String moment(long epochMs) {
    long second = Math.floorDiv(epochMs, 1000L);
    ZoneOffset offset = MOMENT.getZone().getRules().getOffset(Instant.ofEpochMilli(epochMs));
    LocalDateTime at = LocalDateTime.ofEpochSecond(second, 0, offset);
    if (at.getYear() < 1000 || at.getYear() > 9999) {
      return MOMENT.format(Instant.ofEpochMilli(epochMs));
    }
    StringBuilder text = new StringBuilder(19).append(at.getYear());
    twoDigits(text, '-', at.getMonthValue());
    twoDigits(text, '-', at.getDayOfMonth());
    twoDigits(text, ' ', at.getHour());
    twoDigits(text, ':', at.getMinute());
    return twoDigits(text, ':', at.getSecond()).toString();
  }

  private static StringBuilder twoDigits(StringBuilder text, char before, int value) {
    return text.append(before).append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
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
      StringBuilder text = new StringBuilder();
      for (String[] row : rows) {
        text.append(indent);
        for (int i = 0; i < widths.length; i++) {
          boolean right = alignments.charAt(i) == 'r';
          int padding = widths[i] - row[i].length();
          text.repeat(' ', right ? padding : 0).append(row[i]);
          text.repeat(' ', (right ? 0 : padding) + 2);
        }
        text.setLength(withoutTrailing(text));
        text.append(System.lineSeparator());
      }
      out.print(text);
      out.flush();
    }

    private static int withoutTrailing(StringBuilder text) {
      int length = text.length();
      while (length > 0 && text.charAt(length - 1) == ' ') {
        length--;
      }
      return length;
    }
  }
}
