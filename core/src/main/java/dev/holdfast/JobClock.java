// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.JobState;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Time;

/**
 * Keeps the ledger of the running attempt: everything since the first step that was not blocked by
 * Holdfast is computing, and counts as useful until it turns out to be lost. Safe for use by
 * several threads.
 */
final class JobClock {
  private static final double NS = 1e-9;

  private final Time time;
  private final double atRiskBeforeSeconds;
  private Ledger begin;
  private boolean running;
  private long loopStartNs;
  private long blockedNs;

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
    loopStartNs = time.nanoTime();
    running = true;
    return restartNs * NS;
  }

  synchronized void blocked(long ns) {
    blockedNs += ns;
  }

  synchronized void committed(long storedBytes, long stateBytes) {
    begin = begin.withVersion(storedBytes, stateBytes);
  }

  /** The job's ledger at this moment. */
  synchronized Ledger now() {
    long now = time.epochMs();
    if (!running) {
      return begin.advanced(now, 0, 0, restartNs(now));
    }
    long useful = Math.max(0, time.nanoTime() - loopStartNs - blockedNs);
    return begin.advanced(now, useful, blockedNs, 0);
  }

  /** What the ledger says about failures, for the policy. */
  synchronized Pacer.Past past() {
    Ledger now = now();
    double atRiskSeconds = atRiskSeconds(now);
    double ageSeconds = Math.max(0, atRiskSeconds - atRiskBeforeSeconds);
    // Every start but the first comes after a downtime, whatever ended the attempt before.
    double downtimeSeconds = now.attempts() < 2 ? 0 : now.downtimeNs() * NS / (now.attempts() - 1);
    return new Pacer.Past(
        new JobState.Exposure(atRiskSeconds, now.failures(), ageSeconds), downtimeSeconds);
  }

  private static double atRiskSeconds(Ledger ledger) {
    return (ledger.makespanNs() - ledger.downtimeNs()) * NS;
  }

  private long restartNs(long epochMs) {
    return Math.max(0, epochMs - begin.atEpochMs()) * 1_000_000;
  }
}
