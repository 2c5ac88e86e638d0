// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes JSON, indented by two spaces: maps, collections, strings, numbers and booleans; null for a
 * number that is none. Long lists may be streams, whose elements are made one by one.
 */
final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  /**
   * The text of a value.
   *
   * @throws IllegalArgumentException for a value that JSON has no form for
   */
  static String of(Object value) {
    Json json = new Json();
    json.write(value, "\n");
    return json.out.toString();
  }

  private void write(Object value, String newLine) {
    switch (value) {
      case Map<?, ?> map -> writeMap(map, newLine);
      case Collection<?> list -> writeList(list.iterator(), newLine);
      case Stream<?> made -> writeList(made.iterator(), newLine);
      case Double d when d.isNaN() || d.isInfinite() -> out.append("null");
      case Number number -> out.append(number);
      case Boolean bool -> out.append(bool);
      case CharSequence text -> writeText(text);
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private void writeMap(Map<?, ?> map, String newLine) {
    String inner = newLine + "  ";
    String separator = "";
    out.append('{');
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator).append(inner);
      writeText(String.valueOf(entry.getKey()));
      out.append(": ");
      write(entry.getValue(), inner);
      separator = ",";
    }
    out.append(map.isEmpty() ? "" : newLine).append('}');
  }

  private void writeList(Iterator<?> list, String newLine) {
    String inner = newLine + "  ";
    boolean empty = !list.hasNext();
    out.append('[');
    while (list.hasNext()) {
      out.append(inner);
      write(list.next(), inner);
      out.append(list.hasNext() ? "," : "");
    }
    out.append(empty ? "" : newLine).append(']');
  }

  private void writeText(CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(Text.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
