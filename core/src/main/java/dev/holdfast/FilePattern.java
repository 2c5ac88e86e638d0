// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name of files as shells understand it, relative to a folder: {@code *} stands for any
 * characters of one name but not for a dot at its beginning, {@code ?} for one, {@code [abc]} and
 * {@code [0-9]} for one of these. The texts that the wildcards stand for tell files of the same
 * kind apart.
 */
final class FilePattern {
  private static final String WILD = "*?[";

  private final String text;
  private final List<Segment> segments;

  /**
   * One name of the path.
   *
   * @param literal the name itself where it has no wildcard
   */
  record Segment(String literal, Pattern pattern, boolean wild) {}

  private FilePattern(String text, List<Segment> segments) {
    this.text = text;
    this.segments = segments;
  }

  /**
   * Understands a pattern.
   *
   * @param option what it was given with, named in errors
   */
  static FilePattern parse(String option, String text) {
    String subject = option + " \"" + text + "\"";
    if (text.isBlank()) {
      throw new HoldfastException(subject + " names no file: write one, such as 'chk*.h5'");
    }
    if (text.startsWith("/")) {
      throw new HoldfastException(
          subject + " is absolute: write it relative to the folder that the program runs in");
    }
    List<Segment> segments = new ArrayList<>();
    for (String name : text.split("/", -1)) {
      if (!name.equals(".")) {
        segments.add(segment(subject, name));
      }
    }
    if (segments.isEmpty()) {
      throw new HoldfastException(subject + " is a folder: name files in it, such as 'chk*.h5'");
    }
    return new FilePattern(text, List.copyOf(segments));
  }

  private static Segment segment(String subject, String name) {
    if (name.isEmpty()) {
      throw new HoldfastException(
          subject + " has an empty name between or after slashes: name files, not a folder");
    }
    if (name.equals("..")) {
      throw new HoldfastException(
          subject + " leads out of the folder: run the program in a folder above all its files");
    }
    if (name.contains("**")) {
      throw new HoldfastException(
          subject + ": ** is not understood; write a * for each folder, such as 'rank*/chk*.h5'");
    }
    if (name.contains("{") || name.contains("}") || name.contains("\\")) {
      throw new HoldfastException(
          subject + ": braces and backslashes are not understood; give several patterns instead");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new HoldfastException(subject + " has a control character; name files without them");
    }
    boolean wild = name.chars().anyMatch(c -> WILD.indexOf(c) >= 0);
    return new Segment(name, Pattern.compile(expression(subject, name)), wild);
  }

  private static String expression(String subject, String name) {
    StringBuilder expression = new StringBuilder();
    if (name.startsWith("*") || name.startsWith("?") || name.startsWith("[")) {
      expression.append("(?!\\.)"); // hidden files are only meant by those who write the dot
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '*') {
        expression.append("(.*)");
      } else if (c == '?') {
        expression.append("(.)");
      } else if (c == '[') {
        int end = name.indexOf(']', i + 2);
        if (end < 0) {
          throw new HoldfastException(subject + ": [ without ]; write such as [0-9]");
        }
        expression.append("([").append(characters(name.substring(i + 1, end))).append("])");
        i = end;
      } else {
        expression.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return expression.toString();
  }

  private static String characters(String inBrackets) {
    boolean others = inBrackets.startsWith("!") || inBrackets.startsWith("^");
    String these = others ? inBrackets.substring(1) : inBrackets;
    return (others ? "^" : "") + these.replaceAll("[\\[\\]\\\\^&]", "\\\\$0");
  }

  List<Segment> segments() {
    return segments;
  }

  /** How many wildcards it has. */
  int wildcards() {
    return segments.stream().mapToInt(s -> s.pattern().matcher("").groupCount()).sum();
  }

  /** What the wildcards stand for in this name, or empty when the name does not match. */
  Optional<List<String>> match(String name) {
    String[] names = name.split("/", -1);
    if (names.length != segments.size()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      Matcher matcher = segments.get(i).pattern().matcher(names[i]);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      for (int group = 1; group <= matcher.groupCount(); group++) {
        texts.add(matcher.group(group));
      }
    }
    return Optional.of(List.copyOf(texts));
  }

  boolean matches(String name) {
    return match(name).isPresent();
  }

  /** Whether a path below the folder matches. */
  boolean matches(Path folder, Path path) {
    return path.startsWith(folder)
        && !path.equals(folder)
        && matches(folder.relativize(path).toString());
  }

  @Override
  public String toString() {
    return text;
  }
}
