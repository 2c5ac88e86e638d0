// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Any text as one word of bash, in the form that a person would have chosen: bare where that is
 * safe, in single quotes, in double quotes where single ones would make a reader (or shellcheck)
 * think that an expansion was meant, and as {@code $'...'} where a character is one that editors
 * and terminals garble.
 */
public final class ShellWord {
  /** The place in a command where the number of the array task belongs. */
  public static final String TASK = "{task}";

  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*");
  // A ~ at the begin of quotes is what shellcheck takes for a mistake.
  private static final Pattern DELICATE =
      Pattern.compile("^~|\\p{Cc}|[\\p{Z}&&[^ ]]|\\p{Cf}|[\u2010-\u2060]");

  private ShellWord() {}

  /** The word for this text, whatever it is. */
  public static String of(String text) {
    if (BARE.matcher(text).matches()) {
      return text;
    }
    if (DELICATE.matcher(text).find()) {
      return escaped(text);
    }
    boolean plain = text.chars().noneMatch(c -> "'$`\\".indexOf(c) >= 0);
    return plain ? "'" + text + "'" : '"' + insideDouble(text) + '"';
  }

  /**
   * As {@link #of}, but {@code {task}} in it becomes the value of a shell variable.
   *
   * @param variable its name; empty where there are no tasks, then {@code {task}} is plain text
   */
  public static String of(String text, String variable) {
    if (variable.isEmpty() || !text.contains(TASK)) {
      return of(text);
    }
    StringBuilder word = new StringBuilder();
    int begin = 0;
    for (int at = text.indexOf(TASK); at >= 0; at = text.indexOf(TASK, begin)) {
      append(word, text.substring(begin, at));
      word.append("\"$").append(variable).append('"');
      begin = at + TASK.length();
    }
    append(word, text.substring(begin));
    return word.toString();
  }

  private static void append(StringBuilder word, String text) {
    if (!text.isEmpty()) {
      word.append(of(text));
    }
  }

  private static String insideDouble(String text) {
    return text.replaceAll("([\\\\$`\"])", "\\\\$1");
  }

  /** Everything beyond ASCII byte by byte: the locale of the job does not matter then. */
  private static String escaped(String text) {
    StringBuilder word = new StringBuilder("$'");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xff;
      switch (c) {
        case '\n' -> word.append("\\n");
        case '\t' -> word.append("\\t");
        case '\'', '\\' -> word.append('\\').append((char) c);
        default -> {
          if (c < 0x20 || c >= 0x7f) {
            // Octal has at most three digits; \x would swallow hexadecimal digits that follow.
            word.append(String.format(Locale.ROOT, "\\%03o", c));
          } else {
            word.append((char) c);
          }
        }
      }
    }
    return word.append('\'').toString();
  }
}
