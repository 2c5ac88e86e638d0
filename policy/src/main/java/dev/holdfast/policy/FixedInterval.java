// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import java.time.Duration;

/** The same work interval whatever the situation. */
record FixedInterval(Duration interval) implements CheckpointPolicy {
  private static final String PREFIX = "fixed:";

  FixedInterval {
    if (!interval.isPositive()) {
      throw new IllegalArgumentException(
          "the fixed interval is "
              + interval
              + ": it must be longer than 0; a policy such as exact picks one by itself");
    }
  }

  /** Reads an interval with or without the prefix. */
  static FixedInterval parse(String text) {
    String length = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    return new FixedInterval(
        Durations.parse(
            length, "policy \"" + text + "\"", "young, daly, exact, walltime, adaptive, or "));
  }

  @Override
  public double workIntervalSeconds(JobState now) {
    return interval.toSeconds() + interval.toNanosPart() * 1e-9;
  }

  @Override
  public String name() {
    return PREFIX + Durations.format(interval);
  }

  @Override
  public String toString() {
    return name();
  }
}
