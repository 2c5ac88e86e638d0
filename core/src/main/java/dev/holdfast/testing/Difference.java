// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first difference of two runs in one thing.
 *
 * @param subject what differs, such as {@code region "u"}
 * @param where the place in it, such as {@code at [3][17]}; empty for the whole
 * @param first what the one run has there
 * @param second what the other has
 */
record Difference(String subject, String where, String first, String second) {
  private static final Pattern REGION = Pattern.compile("region \"(.*)\"");

  /** What a region is called as a subject. */
  static String region(String name) {
    return "region \"" + name + "\"";
  }

  /** The region that differs; empty when it is something else. */
  Optional<String> region() {
    Matcher matcher = REGION.matcher(subject);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** In words; the labels say which run is which. */
  String inWords(String firstRun, String secondRun) {
    String place = where.isEmpty() ? subject : subject + " " + where;
    return "%s differs: %s %s, %s %s".formatted(place, first, firstRun, second, secondRun);
  }
}
