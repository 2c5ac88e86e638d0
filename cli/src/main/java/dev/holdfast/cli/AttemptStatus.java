// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.format.Holder;
import java.util.OptionalLong;

/**
 * One attempt of a job as its store tells.
 *
 * @param record the number of its OPEN record
 * @param ordinal which attempt of the job it is, from 1
 * @param begunEpochMs when its process began
 * @param endedEpochMs its last sign of life; empty while it runs
 * @param firstStep the step it went on from; empty where retention has deleted what would tell
 * @param lastStep the last step that it, or an attempt before it, made durable; empty likewise
 * @param versions committed by it
 * @param spent where its time went
 * @param before what was between the end of the attempt before and its begin
 * @param ending how it ended
 * @param message what its end was recorded with; may be empty
 */
record AttemptStatus(
    long record,
    long ordinal,
    long begunEpochMs,
    OptionalLong endedEpochMs,
    Holder holder,
    OptionalLong firstStep,
    OptionalLong lastStep,
    long versions,
    Spent spent,
    Gap before,
    Ending ending,
    String message) {

  /** How an attempt ended. */
  enum Ending {
    RUNNING("runs"),
    /** On another machine, and not heard of for longer than a running attempt keeps silent. */
    SILENT("not heard of"),
    COMPLETE("complete"),
    STOPPED("stopped"),
    FAILED("failed"),
    /** It ended without a word. */
    KILLED("killed");

    private final String words;

    Ending(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    /** Whether it may still be computing. */
    boolean open() {
      return this == RUNNING || this == SILENT;
    }
  }

  /**
   * Where the time of an attempt went. What a killed attempt did after its last record is rework,
   * its restart included where no record tells of it.
   *
   * @param usefulSeconds computing that was not lost
   * @param reworkSeconds computing that was
   */
  record Spent(
      double usefulSeconds,
      double checkpointSeconds,
      double reworkSeconds,
      double restartSeconds,
      double suspendedSeconds) {}

  /**
   * Time in which no attempt ran.
   *
   * @param queued whether the attempt before had stopped in good order, so that it was waiting for
   *     its turn, and not for somebody to notice
   */
  record Gap(double seconds, boolean queued) {}
}
