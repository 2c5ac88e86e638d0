// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.util.Locale;

/**
 * Where a job's time went, over all its attempts until a moment. The parts add up to the makespan:
 * {@code makespan = useful + checkpoint + rework + restart + downtime + suspended}.
 *
 * @param firstStartEpochMs when the first attempt began
 * @param atEpochMs the moment this ledger speaks of
 * @param usefulNs computing that the newest version holds, or that is still running
 * @param checkpointNs the loop blocked by Holdfast
 * @param reworkNs computing lost with an attempt's end and done again
 * @param restartNs from process start to the first step, restore included
 * @param downtimeNs no attempt was running. After an attempt that ended with an END record of cause
 *     STOPPED it is time in the scheduler's queue, or until somebody started the job again; after
 *     one without a record, or with cause FAILED, it follows a failure. The END records of the log
 *     tell which
 * @param attempts attempts begun
 * @param failures attempts that ended without an END record: killed, not ended by an error of the
 *     program itself
 * @param versions versions committed
 * @param storedBytes bytes written for them
 * @param stateBytes size of the states they hold
 * @param suspendedNs the program stood still, stopped from outside
 */
public record Ledger(
    long firstStartEpochMs,
    long atEpochMs,
    long usefulNs,
    long checkpointNs,
    long reworkNs,
    long restartNs,
    long downtimeNs,
    long attempts,
    long failures,
    long versions,
    long storedBytes,
    long stateBytes,
    long suspendedNs) {
  private static final int FIELDS = 13;

  /** Fields that every ledger has; the others are 0 where they are missing. */
  private static final int FIRST_FIELDS = 12;

  private static final long NS_PER_MS = 1_000_000;

  /** The ledger of a job that begins now. */
  public static Ledger begin(long epochMs) {
    return new Ledger(epochMs, epochMs, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  public long makespanNs() {
    return usefulNs + checkpointNs + reworkNs + restartNs + downtimeNs + suspendedNs;
  }

  /** 1 - useful / makespan; 0 for an empty ledger. */
  public double waste() {
    long makespan = makespanNs();
    return makespan == 0 ? 0 : 1 - (double) usefulNs / makespan;
  }

  /**
   * The ledger after another attempt has begun.
   *
   * @param epochMs when it began
   * @param lostMs computing of the previous attempt since this ledger's moment
   * @param downMs time since then in which nothing ran
   * @param failed 1 when the previous attempt failed, else 0
   */
  public Ledger withAttempt(long epochMs, long lostMs, long downMs, int failed) {
    return new Ledger(
        firstStartEpochMs,
        epochMs,
        usefulNs,
        checkpointNs,
        reworkNs + lostMs * NS_PER_MS,
        restartNs,
        downtimeNs + downMs * NS_PER_MS,
        attempts + 1,
        failures + failed,
        versions,
        storedBytes,
        stateBytes,
        suspendedNs);
  }

  /** The ledger after going back to a state that holds only this much useful computing. */
  public Ledger wentBackTo(long usefulNs) {
    return new Ledger(
        firstStartEpochMs,
        atEpochMs,
        usefulNs,
        checkpointNs,
        reworkNs + Math.max(0, this.usefulNs - usefulNs),
        restartNs,
        downtimeNs,
        attempts,
        failures,
        versions,
        storedBytes,
        stateBytes,
        suspendedNs);
  }

  /** This ledger, with the versions that another of the same attempt counts. */
  public Ledger withVersionsOf(Ledger other) {
    return withVersions(other.versions, other.storedBytes, other.stateBytes);
  }

  /** The ledger after a version of this many bytes has been committed. */
  public Ledger withVersion(long storedBytes, long stateBytes) {
    return withVersions(versions + 1, this.storedBytes + storedBytes, this.stateBytes + stateBytes);
  }

  private Ledger withVersions(long versions, long storedBytes, long stateBytes) {
    return new Ledger(
        firstStartEpochMs,
        atEpochMs,
        usefulNs,
        checkpointNs,
        reworkNs,
        restartNs,
        downtimeNs,
        attempts,
        failures,
        versions,
        storedBytes,
        stateBytes,
        suspendedNs);
  }

  /**
   * The ledger at a later moment of the same attempt.
   *
   * @param epochMs that moment
   * @param addUsefulNs computing since
   * @param addCheckpointNs blocked time since
   * @param addRestartNs restart time since
   */
  public Ledger advanced(long epochMs, long addUsefulNs, long addCheckpointNs, long addRestartNs) {
    return new Ledger(
        firstStartEpochMs,
        epochMs,
        usefulNs + addUsefulNs,
        checkpointNs + addCheckpointNs,
        reworkNs,
        restartNs + addRestartNs,
        downtimeNs,
        attempts,
        failures,
        versions,
        storedBytes,
        stateBytes,
        suspendedNs);
  }

  /** The ledger after the program has stood still for so long within the time it speaks of. */
  public Ledger withSuspension(long ns) {
    return new Ledger(
        firstStartEpochMs,
        atEpochMs,
        usefulNs,
        checkpointNs,
        reworkNs,
        restartNs,
        downtimeNs,
        attempts,
        failures,
        versions,
        storedBytes,
        stateBytes,
        suspendedNs + ns);
  }

  void encode(ByteWriter out) {
    out.i32(FIELDS).i64(firstStartEpochMs).i64(atEpochMs).i64(usefulNs).i64(checkpointNs);
    out.i64(reworkNs).i64(restartNs).i64(downtimeNs).i64(attempts).i64(failures).i64(versions);
    out.i64(storedBytes).i64(stateBytes).i64(suspendedNs);
  }

  static Ledger decode(ByteReader in) {
    int fields = in.count(8);
    if (fields < FIRST_FIELDS) {
      throw in.damaged(
          String.format(
              Locale.ROOT, "a ledger of %d fields expected, found %d", FIRST_FIELDS, fields));
    }
    Ledger ledger =
        new Ledger(
            in.i64(),
            in.i64(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            in.u63(),
            fields > FIRST_FIELDS ? in.u63() : 0);
    in.bytes(Math.max(0, fields - FIELDS) * 8); // fields of a later minor version
    return ledger;
  }
}
