// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.JobState;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Time;

/**
 * Keeps the ledger of the running attempt: everything since the first step that was not blocked by
 * Holdfast, nor spent standing still, is computing, and counts as useful until it turns out to be
 * lost. Safe for use by several threads.
 */
final class JobClock {
  private static final double NS = 1e-9;

  private final Time time;
  private final double atRiskBeforeSeconds;
  private Ledger begin;
  private boolean running;
  private long loopStartNs;
  private long blockedNs;
  private long suspendedNs;

  JobClock(Time time, Ledger start) {
    this.time = time;
    this.begin = start;
    this.atRiskBeforeSeconds = atRiskSeconds(start);
  }

  /** The state goes back to one that holds only this much useful computing. */
  synchronized void wentBackTo(long usefulNs) {
    begin = begin.wentBackTo(usefulNs);
  }

  /** The first step is about to begin: everything until now was restart. Returns its length. */
  synchronized double startLoop() {
    long now = time.epochMs();
    long restartNs = restartNs(now);
    begin = begin.advanced(now, 0, 0, restartNs);
    loopStartNs = awakeNs();
    running = true;
    return restartNs * NS;
  }

  /** The program stood still for so long: neither computing nor blocked by Holdfast. */
  synchronized void suspended(long ns) {
    suspendedNs += ns;
  }

  /** How long this attempt stood still so far. */
  synchronized long suspendedNs() {
    return suspendedNs;
  }

  /** The monotonic clock less the time in which the program stood still. */
  synchronized long awakeNs() {
    return time.nanoTime() - suspendedNs;
  }

  /**
   * @param ns how long the loop was blocked, on the clock of {@link #awakeNs}
   */
  synchronized void blocked(long ns) {
    blockedNs += Math.max(0, ns); // how long a suspension lasted is estimated
  }

  synchronized void committed(long storedBytes, long stateBytes) {
    begin = begin.withVersion(storedBytes, stateBytes);
  }

  /** An earlier ledger of this attempt, with the versions that were committed since. */
  synchronized Ledger withVersions(Ledger earlier) {
    return earlier.withVersionsOf(begin);
  }

  /** The job's ledger at this moment. */
  synchronized Ledger now() {
    long now = time.epochMs();
    if (!running) {
      return begin.advanced(now, 0, 0, restartNs(now));
    }
    long useful = Math.max(0, awakeNs() - loopStartNs - blockedNs);
    return begin.advanced(now, useful, blockedNs, 0).withSuspension(suspendedNs);
  }

  /**
   * The job's ledger at an earlier moment, which computing led to: what was computed since then is
   * not in it.
   *
   * @param epochMs that moment, by the wall clock
   */
  synchronized Ledger at(long epochMs) {
    long now = time.epochMs();
    if (!running) {
      return begin.advanced(now, 0, 0, restartNs(now));
    }
    long useful = Math.max(0, awakeNs() - loopStartNs - blockedNs);
    long since = Math.clamp((now - epochMs) * 1_000_000, 0, useful);
    return begin
        .advanced(now - since / 1_000_000, useful - since, blockedNs, 0)
        .withSuspension(suspendedNs);
  }

  /** What the ledger says about failures, for the policy. */
  synchronized Pacer.Past past() {
    Ledger now = now();
    double atRiskSeconds = atRiskSeconds(now);
    double ageSeconds = Math.max(0, atRiskSeconds - atRiskBeforeSeconds);
    double downtimeSeconds = LedgerText.meanDowntimeSeconds(now);
    return new Pacer.Past(
        new JobState.Exposure(atRiskSeconds, now.failures(), ageSeconds), downtimeSeconds);
  }

  private static double atRiskSeconds(Ledger ledger) {
    return (ledger.makespanNs() - ledger.downtimeNs() - ledger.suspendedNs()) * NS;
  }

  private long restartNs(long epochMs) {
    return Math.max(0, epochMs - begin.atEpochMs()) * 1_000_000;
  }
}
