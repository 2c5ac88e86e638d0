// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.util.Optional;

/** Something that has happened in a drill. */
public sealed interface DrillEvent {

  /**
   * The undisturbed run is complete.
   *
   * @param seconds it took
   * @param kills how often the other will be struck at most; {@link Integer#MAX_VALUE} for no limit
   * @param meanSeconds mean time between strikes
   */
  record ReferenceEnded(double seconds, int kills, double meanSeconds) implements DrillEvent {}

  /**
   * A signal has struck.
   *
   * @param attempt which attempt, from 1
   * @param atSeconds since that attempt began
   * @param doing what the command did at that moment, as far as its store shows
   * @param writing the number of the version that was being written, 0 for none
   * @param newest what a restart begins from; empty where there is no version, or no store
   * @param lostSeconds running time that has to be done again; 0 after STOP
   * @param code how the attempt ended, 128 + n for signal n; -1 after STOP
   * @param lastLine of its output, empty where it said nothing
   */
  record Struck(
      int attempt,
      DrillSignal signal,
      double atSeconds,
      Doing doing,
      long writing,
      Optional<NewestVersion> newest,
      double lostSeconds,
      int code,
      String lastLine)
      implements DrillEvent {}

  /**
   * An attempt has ended by itself.
   *
   * @param code 0 when the job is complete
   * @param message the last of its error stream, empty where it said nothing
   */
  record Ended(int attempt, double atSeconds, int code, String message) implements DrillEvent {}

  /** The version that a restart begins from. */
  record NewestVersion(long number, long step) {}

  /** What can be seen from outside of what a command is doing. */
  enum Doing {
    /** No store tells. */
    RUNNING("running"),
    /** No version is being written. */
    COMPUTING("computing"),
    /** A version's file has its hidden name and is growing, or waits for its sync or its name. */
    WRITING("writing version"),
    /** A version has its name already, and still its hidden one: it counts. */
    PUBLISHING("publishing version");

    private final String words;

    Doing(String words) {
      this.words = words;
    }

    /** In words, to be followed by the version's number where there is one. */
    public String words() {
      return words;
    }
  }
}
