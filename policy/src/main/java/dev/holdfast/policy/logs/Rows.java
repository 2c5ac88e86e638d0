// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rows of a text table, one line each, cut into fields; blank lines are passed by. */
final class Rows {
  private final BufferedReader in;
  private final char separator;
  private final boolean quotes;
  private final List<String> fields = new ArrayList<>();
  private List<String> names = List.of();
  private String text = "";
  private boolean whole;
  private long line;

  /**
   * @param quotes whether a field may stand in double quotes, a doubled one being the sign itself
   */
  Rows(BufferedReader in, char separator, boolean quotes) {
    this.in = in;
    this.separator = separator;
    this.quotes = quotes;
  }

  /** Goes to the next line that is not blank; false at the end. */
  boolean next() throws IOException {
    @Nullable String read;
    do {
      read = in.readLine();
      line++;
    } while (read != null && read.isBlank());
    if (read == null) {
      return false;
    }
    text = read.startsWith("\ufeff") ? read.substring(1) : read;
    split();
    return true;
  }

  private void split() {
    fields.clear();
    whole = true;
    int begin = 0;
    while (begin <= text.length()) {
      if (quotes && begin < text.length() && text.charAt(begin) == '"') {
        begin = quoted(begin + 1);
      } else {
        int end = text.indexOf(separator, begin);
        end = end < 0 ? text.length() : end;
        fields.add(text.substring(begin, end).strip());
        begin = end + 1;
      }
    }
  }

  /** Takes a field from behind its opening quote; returns where the next field begins. */
  private int quoted(int begin) {
    StringBuilder field = new StringBuilder();
    int i = begin;
    while (i < text.length()) {
      char c = text.charAt(i++);
      if (c != '"') {
        field.append(c);
      } else if (i < text.length() && text.charAt(i) == '"') {
        field.append('"');
        i++;
      } else {
        fields.add(field.toString().strip());
        whole = whole && (i == text.length() || text.charAt(i) == separator);
        int end = text.indexOf(separator, i);
        return end < 0 ? text.length() + 1 : end + 1;
      }
    }
    whole = false;
    fields.add(field.toString());
    return text.length() + 1;
  }

  /** Whether every quote of this line is closed, at the end of its field. */
  boolean whole() {
    return whole;
  }

  long line() {
    return line;
  }

  String text() {
    return text;
  }

  int size() {
    return fields.size();
  }

  /** A field of this line; empty if the line has fewer, or the column is none. */
  String field(int column) {
    return column >= 0 && column < fields.size() ? fields.get(column) : "";
  }

  /** Takes this line for the names of the columns; upper and lower case are the same. */
  void nameColumns() {
    names = fields.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  /** The place of the column of the first of these names that there is; -1 if there is none. */
  int column(String... wanted) {
    for (String name : wanted) {
      int at = names.indexOf(name.toLowerCase(Locale.ROOT));
      if (at >= 0) {
        return at;
      }
    }
    return -1;
  }
}
