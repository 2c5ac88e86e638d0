// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.Durations;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.KeepRules.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which versions are to be kept: {@code 3}, or a list such as {@code 3, every 6h for 7d, at
 * most 200GiB}.
 */
public final class KeepText {
  private static final Pattern LAST = Pattern.compile("(?:last +)?(\\d{1,9})");
  private static final Pattern EVERY = Pattern.compile("every +(\\S+) +for +(\\S+)");
  private static final Pattern AT_MOST = Pattern.compile("at +most +(\\S.*)");

  private final String what;
  private final String text;
  private final List<Spread> spreads = new ArrayList<>();
  private OptionalInt last = OptionalInt.empty();
  private OptionalLong atMostBytes = OptionalLong.empty();

  private KeepText(String what, String text) {
    this.what = what;
    this.text = text;
  }

  /**
   * Reads rules.
   *
   * @param what what they are for, such as {@code HOLDFAST_KEEP}; named in the error
   * @throws IllegalArgumentException when they are none, saying how to write them
   */
  public static KeepRules parse(String what, String text) {
    KeepText keep = new KeepText(what, text);
    for (String rule : text.split(",", -1)) {
      keep.add(rule.strip());
    }
    return new KeepRules(keep.last.orElse(1), keep.spreads, keep.atMostBytes);
  }

  private void add(String rule) {
    Matcher newest = LAST.matcher(rule);
    Matcher every = EVERY.matcher(rule);
    Matcher atMost = AT_MOST.matcher(rule);
    if (newest.matches() && last.isEmpty()) {
      last = OptionalInt.of(Integer.parseInt(newest.group(1)));
      if (last.getAsInt() < 1) {
        throw unclear("write how many versions, 1 or more");
      }
    } else if (every.matches()) {
      spreads.add(spread(every.group(1), every.group(2)));
    } else if (atMost.matches() && atMostBytes.isEmpty()) {
      atMostBytes = OptionalLong.of(bytes(atMost.group(1)));
    } else {
      throw unclear(
          "write how many versions, 1 or more, or a list such as"
              + " \"3, every 6h for 7d, at most 200GiB\"");
    }
  }

  private Spread spread(String slot, String window) {
    try {
      return new Spread(Durations.parse(what, slot), Durations.parse(what, window));
    } catch (ArithmeticException e) {
      throw unclear("such a length of time does not fit");
    }
  }

  private long bytes(String size) {
    try {
      return Sizes.parse(what, size);
    } catch (HoldfastException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private IllegalArgumentException unclear(String remedy) {
    return new IllegalArgumentException(what + " \"" + text + "\": " + remedy);
  }
}
