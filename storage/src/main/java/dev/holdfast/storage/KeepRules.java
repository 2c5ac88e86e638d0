// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a person wants to stay beside what always stays (docs/format/retention.md). {@link
 * #toString} is the form in which it is written as a setting.
 *
 * @param last how many of the newest sound versions, 1 or more
 * @param spreads versions spread over time
 * @param atMostBytes how long the files of all versions may be together: the oldest of those that
 *     only the other rules keep go first
 */
public record KeepRules(int last, List<Spread> spreads, OptionalLong atMostBytes) {
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  public KeepRules {
    if (last < 1) {
      throw new IllegalArgumentException("keep " + last + ": at least 1 version must be kept");
    }
    if (atMostBytes.isPresent() && atMostBytes.getAsLong() < 0) {
      throw new IllegalArgumentException("keep at most " + atMostBytes.getAsLong() + " bytes");
    }
    spreads = List.copyOf(spreads);
  }

  /**
   * The newest sound version of each slot stays while it is younger than the window. Slots are
   * counted from 1970, so that the same versions are chosen whenever one asks.
   */
  public record Spread(Duration slot, Duration window) {
    public Spread {
      if (slot.toMillis() < 1 || window.compareTo(slot) < 0) {
        throw new IllegalArgumentException(
            "every "
                + inUnits(slot)
                + " for "
                + inUnits(window)
                + ": the first must be longer than 0 and not longer than the second");
      }
    }

    boolean covers(long capturedEpochMs, long nowEpochMs) {
      return nowEpochMs - capturedEpochMs <= window.toMillis();
    }

    long slotOf(long capturedEpochMs) {
      return Math.floorDiv(capturedEpochMs, slot.toMillis());
    }

    @Override
    public String toString() {
      return "every " + inUnits(slot) + " for " + inUnits(window);
    }
  }

  /** The newest versions, no more. */
  public static KeepRules last(int versions) {
    return new KeepRules(versions, List.of(), OptionalLong.empty());
  }

  @Override
  public String toString() {
    List<String> rules = new ArrayList<>(List.of("last " + last));
    spreads.forEach(spread -> rules.add(spread.toString()));
    atMostBytes.ifPresent(bytes -> rules.add("at most " + inUnits(bytes)));
    return String.join(", ", rules);
  }

  private static String inUnits(Duration length) {
    long ms = length.toMillis();
    if (ms % 1000 != 0) {
      return ms + "ms";
    }
    long seconds = ms / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "min" : seconds + "s";
  }

  private static String inUnits(long bytes) {
    long value = bytes;
    int unit = 0;
    while (value > 0 && value % 1024 == 0 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return value + BYTE_UNITS[unit];
  }
}
