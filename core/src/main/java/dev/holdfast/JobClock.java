// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Time;

/**
 * Keeps the ledger of the running attempt: everything since the first step that was not blocked by
 * Holdfast is computing, and counts as useful until it turns out to be lost. Safe for use by
 * several threads.
 */
final class JobClock {
  private final Time time;
  private Ledger begin;
  private boolean running;
  private long loopStartNs;
  private long blockedNs;

  JobClock(Time time, Ledger start) {
    this.time = time;
    this.begin = start;
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
    return restartNs * 1e-9;
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

  private long restartNs(long epochMs) {
    return Math.max(0, epochMs - begin.atEpochMs()) * 1_000_000;
  }
}
