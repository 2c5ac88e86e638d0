// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.IOException;
import java.io.Reader;
import java.util.Locale;

/**
 * Reads JSON (RFC 8259) from the front, one value at a time, so that a file of any size needs the
 * memory of one value. Whoever reads asks for what must come next; anything else is an error that
 * names its line and column.
 */
final class JsonReader {
  /** Deeper than any log, and far from the end of the stack. */
  private static final int DEPTH_MAX = 100;

  private final Reader in;
  private final LogBuilder log;
  private final StringBuilder text = new StringBuilder();
  private int next;
  private long line = 1;
  private long column;
  private int depth;

  JsonReader(Reader in, LogBuilder log) throws IOException {
    this.in = in;
    this.log = log;
    advance();
    if (next == '\ufeff') {
      advance();
    }
  }

  /** The line of the next character, counted from 1. */
  long line() {
    return line;
  }

  /** The first character of the next value; -1 at the end. */
  int peek() throws IOException {
    while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
      advance();
    }
    return next;
  }

  /** Opens an array or an object, by its bracket. */
  void open(char bracket) throws IOException {
    expect(bracket);
    if (++depth > DEPTH_MAX) {
      throw error("nesting of more than " + DEPTH_MAX + " levels");
    }
  }

  /**
   * Whether another element comes; if none, the array or object is closed.
   *
   * @param first whether none has been read yet
   */
  boolean more(char closing, boolean first) throws IOException {
    if (peek() == closing) {
      advance();
      depth--;
      return false;
    }
    if (!first) {
      expect(',');
    }
    return true;
  }

  /** The name of the next member of an object, with its colon. */
  String name() throws IOException {
    String name = string();
    expect(':');
    return name;
  }

  String string() throws IOException {
    expect('"');
    text.setLength(0);
    while (next != '"') {
      if (next < 0x20) {
        throw error(next < 0 ? "the end of the file inside a string" : "a control character");
      }
      text.append(next == '\\' ? escape() : (char) next);
      advance();
    }
    advance();
    return text.toString();
  }

  private char escape() throws IOException {
    advance();
    return switch (next) {
      case '"', '\\', '/' -> (char) next;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          advance();
          int digit = next < 0x80 ? Character.digit(next, 16) : -1;
          if (digit < 0) {
            throw error("\\u without four hexadecimal digits");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> throw error("an escape that JSON has not");
    };
  }

  /** A number; NaN stands for one that is none, such as 1.2.3. */
  double number() throws IOException {
    peek();
    text.setLength(0);
    while (next == '-' || next == '+' || next == '.' || isAlphanumeric()) {
      text.append((char) next);
      advance();
    }
    if (text.isEmpty()) {
      throw unexpected("a value");
    }
    return Moments.number(text.toString());
  }

  private boolean isAlphanumeric() {
    return next >= 0 && next < 0x80 && Character.isLetterOrDigit(next);
  }

  /** Passes over a value of any kind. */
  void skip() throws IOException {
    switch (peek()) {
      case '{' -> {
        open('{');
        for (boolean first = true; more('}', first); first = false) {
          name();
          skip();
        }
      }
      case '[' -> {
        open('[');
        for (boolean first = true; more(']', first); first = false) {
          skip();
        }
      }
      case '"' -> string();
      default -> word();
    }
  }

  private void word() throws IOException {
    double value = number();
    String word = text.toString();
    if (Double.isNaN(value)
        && !word.equals("true")
        && !word.equals("false")
        && !word.equals("null")) {
      throw error("\"" + word + "\"");
    }
  }

  /** Nothing but space may follow. */
  void end() throws IOException {
    if (peek() >= 0) {
      throw unexpected("the end of the file");
    }
  }

  private void expect(char wanted) throws IOException {
    if (peek() != wanted) {
      throw unexpected("'" + wanted + "'");
    }
    advance();
  }

  private void advance() throws IOException {
    if (next == '\n') {
      line++;
      column = 0;
    }
    next = in.read();
    column++;
  }

  private FailureLogException unexpected(String wanted) {
    String found = next < 0 ? "the file ends" : "there is '" + (char) next + "'";
    return log.unusable(at() + found + " where " + wanted + " should be; " + remedy());
  }

  private FailureLogException error(String what) {
    return log.unusable(at() + what + " is no JSON; " + remedy());
  }

  private String at() {
    return String.format(Locale.ROOT, "line %d, column %d: ", line, column);
  }

  private static String remedy() {
    return "fetch or export the file again";
  }
}
