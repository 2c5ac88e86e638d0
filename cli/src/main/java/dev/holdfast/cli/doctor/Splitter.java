// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** Splits a line of shell into its commands, at what separates them outside quotes and parens. */
final class Splitter {
  /** A command and what follows it. */
  record Piece(String text, String follower) {}

  private final String code;
  private final List<Piece> pieces = new ArrayList<>();
  private final StringBuilder current = new StringBuilder();
  private char quote;
  private int depth;

  Splitter(String code) {
    this.code = code;
  }

  /** Whether a quote is still open at the end. */
  boolean inQuotes() {
    split();
    return quote != 0;
  }

  List<Piece> split() {
    pieces.clear();
    current.setLength(0);
    quote = 0;
    depth = 0;
    int at = 0;
    while (at < code.length()) {
      at = step(at);
    }
    end("");
    return pieces;
  }

  private int step(int at) {
    char c = code.charAt(at);
    if (c == '\\' && quote != '\'' && at + 1 < code.length()) {
      current.append(c).append(code.charAt(at + 1));
      return at + 2;
    }
    if (quote != 0) {
      quote = c == quote ? 0 : quote;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '#' && (at == 0 || " \t;&|\n".indexOf(code.charAt(at - 1)) >= 0)) {
      int end = code.indexOf('\n', at);
      return end < 0 ? code.length() : end;
    } else if (c == '(') {
      depth++;
    } else if (c == ')') {
      depth = Math.max(0, depth - 1);
    } else if (depth == 0 && ";&|\n".indexOf(c) >= 0) {
      return separator(at, c);
    }
    current.append(c);
    return at + 1;
  }

  private int separator(int at, char c) {
    boolean redirect =
        c == '&'
            && (next(at) == '>' || (at > 0 && (code.charAt(at - 1) == '>' || before(at) == '<')));
    if (redirect) {
      current.append(c);
      return at + 1;
    }
    boolean twice = c != '\n' && next(at) == c;
    end(twice ? "" + c + c : String.valueOf(c));
    return twice ? at + 2 : at + 1;
  }

  private char next(int at) {
    return at + 1 < code.length() ? code.charAt(at + 1) : 0;
  }

  private char before(int at) {
    return at > 0 ? code.charAt(at - 1) : 0;
  }

  private void end(String follower) {
    if (!current.toString().isBlank()) {
      pieces.add(new Piece(current.toString(), follower));
    }
    current.setLength(0);
  }
}
