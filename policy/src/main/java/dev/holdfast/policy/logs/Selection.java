// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.util.Optional;

/**
 * Which part of a log to look at.
 *
 * @param system only this machine
 * @param node only this node
 * @param fromEpochSeconds only what starts then or later; -Infinity for no limit
 * @param toEpochSeconds only what starts before then; Infinity for no limit
 */
public record Selection(
    Optional<String> system,
    Optional<String> node,
    double fromEpochSeconds,
    double toEpochSeconds) {

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the end is not after the start
   */
  public Selection {
    if (!(fromEpochSeconds < toEpochSeconds)) {
      throw new IllegalArgumentException("the time range ends before it starts, or is empty");
    }
  }

  /** Everything. */
  public static Selection all() {
    return new Selection(
        Optional.empty(), Optional.empty(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /** Everything of one machine. */
  public static Selection ofSystem(String system) {
    return new Selection(
        Optional.of(system), Optional.empty(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  boolean inRange() {
    return fromEpochSeconds > Double.NEGATIVE_INFINITY || toEpochSeconds < Double.POSITIVE_INFINITY;
  }

  boolean takes(FailureEvent event) {
    return takesSystem(event.system())
        && (node.isEmpty() || node.get().equals(event.node()))
        && takesStart(event.startEpochSeconds());
  }

  boolean takes(Exposure exposure) {
    return takesSystem(exposure.system())
        && (!inRange() || takesStart(exposure.startEpochSeconds()));
  }

  private boolean takesSystem(String name) {
    return system.isEmpty() || system.get().equals(name);
  }

  private boolean takesStart(double epochSeconds) {
    return epochSeconds >= fromEpochSeconds && epochSeconds < toEpochSeconds;
  }
}
