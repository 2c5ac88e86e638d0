// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.SystemFacts;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** This process as a holder of stores, and the stores that it holds at this moment. */
final class ThisProcess {
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();
  private static volatile boolean heldBefore;

  private ThisProcess() {}

  /** Who this process is. */
  static Holder holder() {
    long pid = ProcessHandle.current().pid();
    SchedulerJob job = SchedulerJob.of(System.getenv());
    return new Holder(
        SystemFacts.hostName(),
        SystemFacts.bootId(),
        SystemFacts.pidNamespace(),
        pid,
        SystemFacts.processStart(pid).orElse(0),
        System.getProperty("user.name", ""),
        job.scheduler().title(),
        job.id(),
        job.restartCount());
  }

  /**
   * When an attempt began that opens its store now: with the process, unless that has held a store
   * before. A supervisor makes one attempt after another.
   */
  static long attemptStartEpochMs(long nowEpochMs) {
    return heldBefore ? nowEpochMs : SystemFacts.ownStartEpochMs();
  }

  /** Notes that this process writes to a store as {@code attempt}. */
  static void hold(Id128 store, long attempt) {
    HELD.add(store + "/" + attempt);
    heldBefore = true;
  }

  static void release(Id128 store, long attempt) {
    HELD.remove(store + "/" + attempt);
  }

  static boolean holds(Id128 store, long attempt) {
    return HELD.contains(store + "/" + attempt);
  }
}
