// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tasks of an array, as Slurm writes them: 1-20, 0-30:5, 1,4,7-9, and with %4 at most four at a
 * time.
 *
 * @param parts in the order given; at least one
 * @param atOnce how many may run at the same time
 */
public record TaskRange(List<Part> parts, OptionalInt atOnce) {
  private static final Pattern WHOLE = Pattern.compile("([0-9,:-]+)(?:%(\\d{1,7}))?");
  private static final Pattern PART = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7})(?::(\\d{1,7}))?)?");

  /**
   * From first to last, both included.
   *
   * @param step 1 or more
   */
  record Part(int first, int last, int step) {
    @Override
    public String toString() {
      String range = first == last ? Integer.toString(first) : first + "-" + last;
      return step == 1 ? range : range + ":" + step;
    }
  }

  /** Copies its parts. */
  public TaskRange {
    parts = List.copyOf(parts);
  }

  /** Reads {@code text}, which stood after {@code option}. */
  public static TaskRange parse(String option, String text) {
    Matcher whole = WHOLE.matcher(text.strip());
    if (!whole.matches()) {
      throw wrong(option, text);
    }
    List<Part> parts = new ArrayList<>();
    for (String piece : List.of(whole.group(1).split(",", -1))) {
      Matcher match = PART.matcher(piece);
      if (!match.matches()) {
        throw wrong(option, text);
      }
      int first = Integer.parseInt(match.group(1));
      int last = match.group(2) == null ? first : Integer.parseInt(match.group(2));
      int step = match.group(3) == null ? 1 : Integer.parseInt(match.group(3));
      if (last < first || step < 1) {
        throw wrong(option, text);
      }
      parts.add(new Part(first, last, step));
    }
    OptionalInt atOnce =
        whole.group(2) == null
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseInt(whole.group(2)));
    if (atOnce.isPresent() && atOnce.getAsInt() == 0) {
      throw wrong(option, text);
    }
    return new TaskRange(parts, atOnce);
  }

  private static ScriptException wrong(String option, String text) {
    return new ScriptException(
        "%s \"%s\": give task numbers such as 1-20, 0-30:5 or 1,4,7-9; %%4 at the end means four at once"
            .formatted(option, text));
  }

  /** The only part; schedulers other than Slurm and LSF know one range only. */
  Part only(String scheduler) {
    if (parts.size() > 1) {
      throw new ScriptException(
          "--array %s: %s takes one range such as 1-20".formatted(numbers(), scheduler));
    }
    return parts.getFirst();
  }

  /** Refuses the task 0, which some schedulers do not have. */
  void mustBeginAtOne(String scheduler) {
    if (parts.stream().anyMatch(part -> part.first == 0)) {
      throw new ScriptException(
          "--array %s: tasks of %s begin at 1".formatted(numbers(), scheduler));
    }
  }

  /** Without the limit at the end. */
  String numbers() {
    return parts.stream().map(Part::toString).collect(Collectors.joining(","));
  }

  /** Such as %4, or nothing. */
  String limit() {
    return atOnce.isPresent() ? "%" + atOnce.getAsInt() : "";
  }
}
