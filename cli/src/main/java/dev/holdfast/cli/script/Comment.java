// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;

/** Prose as comment lines of a shell. */
final class Comment {
  private static final int COLUMNS = 98;

  private Comment() {}

  static List<String> of(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > COLUMNS) {
        lines.add(line.toString());
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
