// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import dev.holdfast.cli.doctor.ScriptText.Directive;
import dev.holdfast.cli.doctor.ScriptText.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a shell script apart into commands, with what stands around each. */
final class ScriptReader {
  private static final Pattern HERE =
      Pattern.compile("(?<![<])<<-?\\s*(['\"]?)([A-Za-z_]\\w*)\\1(?!<)");
  private static final Pattern FUNCTION =
      Pattern.compile("^(?:function\\s+([\\w-]+)\\s*(?:\\(\\s*\\))?|([\\w-]+)\\s*\\(\\s*\\))\\s*");
  private static final Pattern KEYWORD =
      Pattern.compile("^(then|do|else|\\{|\\(|!|if|elif|while|until)(\\s+|$)");
  private static final Pattern OPENER = Pattern.compile("^(for|select|case)\\b.*", Pattern.DOTALL);

  private final List<String> raw;
  private final List<Statement> statements = new ArrayList<>();
  private final List<Directive> directives = new ArrayList<>();
  private final List<Directive> late = new ArrayList<>();
  private final Deque<String> conditions = new ArrayDeque<>();
  private Scheduler scheduler = Scheduler.NONE;
  private String function = "";
  private int loops;

  ScriptReader(String text) {
    this.raw = text.lines().toList();
  }

  ScriptText read() {
    findScheduler();
    int next = 0;
    while (next < raw.size()) {
      String line = raw.get(next);
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        comment(next + 1, line);
        next++;
      } else {
        next = command(next);
      }
    }
    return new ScriptText(raw, scheduler, directives, late, statements);
  }

  private void findScheduler() {
    for (Scheduler each : Scheduler.values()) {
      if (each != Scheduler.NONE
          && raw.stream().anyMatch(line -> line.matches("\\Q" + each.mark() + "\\E\\s+\\S.*"))) {
        scheduler = each;
        return;
      }
    }
  }

  private void comment(int number, String line) {
    if (scheduler != Scheduler.NONE && line.startsWith(scheduler.mark() + " ")) {
      Directive directive =
          new Directive(number, line.substring(scheduler.mark().length()).strip());
      (statements.isEmpty() ? directives : late).add(directive);
    }
  }

  /** Reads one command line with what belongs to it; the number of the line after it. */
  private int command(int first) {
    StringBuilder code = new StringBuilder();
    int next = first;
    boolean open = true;
    while (open && next < raw.size()) {
      code.append(raw.get(next).stripTrailing());
      next++;
      boolean continued = code.length() > 0 && code.charAt(code.length() - 1) == '\\';
      if (continued) {
        code.setLength(code.length() - 1);
        code.append(' ');
      }
      open = continued || new Splitter(code.toString()).inQuotes();
      if (open && !continued) {
        code.append('\n');
      }
    }
    Splitter pieces = new Splitter(code.toString());
    int line = first + 1;
    for (Splitter.Piece piece : pieces.split()) {
      statement(line, piece.text(), piece.follower());
    }
    Matcher here = HERE.matcher(code);
    while (here.find()) {
      next = skip(next, here.group(2));
    }
    return next;
  }

  private int skip(int from, String end) {
    int next = from;
    while (next < raw.size() && !raw.get(next).strip().equals(end)) {
      next++;
    }
    return Math.min(raw.size(), next + 1);
  }

  private void statement(int line, String given, String follower) {
    String text = given.strip();
    Matcher definition = FUNCTION.matcher(text);
    if (definition.find()) {
      function = definition.group(1) == null ? definition.group(2) : definition.group(1);
      text = text.substring(definition.end());
    }
    boolean condition = false;
    for (Matcher word = KEYWORD.matcher(text); word.find(); word = KEYWORD.matcher(text)) {
      condition |= keyword(word.group(1), text);
      text = text.substring(word.end());
    }
    if (OPENER.matcher(text).matches()) {
      loops += text.startsWith("case") ? 0 : 1;
      return;
    }
    if (text.matches("(fi|done|esac|\\}|\\)).*")) {
      close(text);
      return;
    }
    if (!text.isEmpty()) {
      List<String> around = List.copyOf(conditions);
      statements.add(new Statement(line, text, follower, function, around, loops, condition));
    }
  }

  /** Whether what follows this keyword is a condition. */
  private boolean keyword(String word, String text) {
    switch (word) {
      case "if" -> conditions.push(text);
      case "elif", "else" -> {
        if (!conditions.isEmpty()) {
          conditions.pop();
          conditions.push(word.equals("else") ? "" : text);
        }
      }
      case "while", "until" -> loops++;
      default -> {}
    }
    return word.matches("if|elif|while|until");
  }

  private void close(String text) {
    if (text.startsWith("fi") && !conditions.isEmpty()) {
      conditions.pop();
    } else if (text.startsWith("done")) {
      loops = Math.max(0, loops - 1);
    } else if (text.startsWith("}")) {
      function = "";
    }
  }
}
