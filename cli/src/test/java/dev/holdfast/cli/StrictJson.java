// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads JSON as RFC 8259 has it and nothing more: no double keys, no trailing commas. */
final class StrictJson {
  /** What JSON calls null. */
  static final Object NULL = new Object();

  private final String text;
  private int at;

  private StrictJson(String text) {
    this.text = text;
  }

  /** Maps, lists, strings, longs, doubles, booleans, {@link #NULL}. */
  static Object parse(String text) {
    StrictJson json = new StrictJson(text);
    Object value = json.value();
    json.space();
    if (json.at != text.length()) {
      throw json.wrong("the end");
    }
    return value;
  }

  /** What is at the end of a path of keys and indices; a negative index counts from the end. */
  static Object at(String text, Object... path) {
    Object value = parse(text);
    for (Object step : path) {
      Object inner =
          step instanceof Integer index
              ? element((List<?>) value, index)
              : ((Map<?, ?>) value).get(step);
      value = Objects.requireNonNull(inner, () -> step + " in " + text);
    }
    return value;
  }

  private static Object element(List<?> list, int index) {
    return list.get(index < 0 ? list.size() + index : index);
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(expected + " expected at " + at + " of " + text);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean next(String token) {
    space();
    boolean here = text.startsWith(token, at);
    at += here ? token.length() : 0;
    return here;
  }

  private void must(String token) {
    if (!next(token)) {
      throw wrong(token);
    }
  }

  private Object value() {
    if (next("{")) {
      return map();
    }
    if (next("[")) {
      return list();
    }
    if (next("\"")) {
      return string();
    }
    if (next("true")) {
      return true;
    }
    if (next("false")) {
      return false;
    }
    return next("null") ? NULL : number();
  }

  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    if (next("}")) {
      return map;
    }
    do {
      must("\"");
      String key = string();
      must(":");
      if (map.containsKey(key)) {
        throw wrong("another key than " + key);
      }
      map.put(key, value());
    } while (next(","));
    must("}");
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    if (next("]")) {
      return list;
    }
    do {
      list.add(value());
    } while (next(","));
    must("]");
    return list;
  }

  private String string() {
    StringBuilder read = new StringBuilder();
    while (text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c < 0x20) {
        throw wrong("no control character");
      }
      read.append(c == '\\' ? escaped() : c);
    }
    at++;
    return read.toString();
  }

  private char escaped() {
    char c = text.charAt(at++);
    if (c == 'u') {
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }
    int index = "\"\\/bfnrt".indexOf(c);
    if (index < 0) {
      throw wrong("an escape");
    }
    return "\"\\/\b\f\n\r\t".charAt(index);
  }

  private Object number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(from, at);
    if (number.matches("-?(0|[1-9][0-9]*)")) {
      return Long.parseLong(number);
    }
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw wrong("a value");
    }
    return Double.parseDouble(number);
  }
}
