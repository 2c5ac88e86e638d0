// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.util.Locale;

/**
 * Where a job's time went, over all its attempts until a moment. The parts add up to the makespan:
 * {@code makespan = useful + checkpoint + rework + restart + downtime}.
 *
 * @param firstStartEpochMs when the first attempt began
 * @param atEpochMs the moment this ledger speaks of
 * @param usefulNs computing that the newest version holds, or that is still running
 * @param checkpointNs the loop blocked by Holdfast
 * @param reworkNs computing lost with an attempt's end and done again
 * @param restartNs from process start to the first step, restore included
 * @param downtimeNs no attempt was running
 * @param attempts attempts begun
 * @param failures attempts that ended without an END record or with an error
 * @param versions versions committed
 * @param storedBytes bytes written for them
 * @param stateBytes size of the states they hold
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
    long stateBytes) {
  private static final int FIELDS = 12;

  /** The ledger of a job that begins now. */
  public static Ledger begin(long epochMs) {
    return new Ledger(epochMs, epochMs, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  public long makespanNs() {
    return usefulNs + checkpointNs + reworkNs + restartNs + downtimeNs;
  }

  /** 1 - useful / makespan; 0 for an empty ledger. */
  public double waste() {
    long makespan = makespanNs();
    return makespan == 0 ? 0 : 1 - (double) usefulNs / makespan;
  }

  void encode(ByteWriter out) {
    out.i32(FIELDS).i64(firstStartEpochMs).i64(atEpochMs).i64(usefulNs).i64(checkpointNs);
    out.i64(reworkNs).i64(restartNs).i64(downtimeNs).i64(attempts).i64(failures).i64(versions);
    out.i64(storedBytes).i64(stateBytes);
  }

  static Ledger decode(ByteReader in) {
    int fields = in.count(8);
    if (fields < FIELDS) {
      throw in.damaged(
          String.format(Locale.ROOT, "a ledger of %d fields expected, found %d", FIELDS, fields));
    }
    Ledger ledger =
        new Ledger(
            in.i64(), in.i64(), in.u63(), in.u63(), in.u63(), in.u63(), in.u63(), in.u63(),
            in.u63(), in.u63(), in.u63(), in.u63());
    in.bytes((fields - FIELDS) * 8); // fields of a later minor version
    return ledger;
  }
}
