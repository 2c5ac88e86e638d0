// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.SystemFacts;
import java.util.OptionalLong;

/**
 * Whether the holder of a store is still there. No lock is asked: a POSIX lock is lost when
 * anything in the process opens and closes the file, and locks are not kept over every network file
 * system. Facts decide, and the fence of the log makes a wrong answer harmless.
 */
public enum Liveness {
  /** Its process runs on this machine. */
  ALIVE,
  /** It is certain that its process has ended. */
  GONE,
  /**
   * Its scheduler has begun the same job again, in the process that asks, and so wants that one to
   * go on. The old process may be running all the same: a node whose daemon has died looks dead to
   * the scheduler.
   */
  SUPERSEDED,
  /** On another machine, or behind the wall of a container. */
  UNKNOWN;

  /**
   * Judges the holder that wrote OPEN record {@code attempt}.
   *
   * @param me this process
   */
  static Liveness of(Holder holder, Id128 store, long attempt, Holder me) {
    Liveness seen = ofProcess(holder, store, attempt, me);
    return seen != GONE && isLaterRun(me, holder) ? SUPERSEDED : seen;
  }

  private static boolean isLaterRun(Holder me, Holder holder) {
    return !holder.jobId().isEmpty()
        && holder.jobId().equals(me.jobId())
        && holder.scheduler().equals(me.scheduler())
        && me.restartCount() > holder.restartCount();
  }

  private static Liveness ofProcess(Holder holder, Id128 store, long attempt, Holder me) {
    boolean sameKernel = !holder.bootId().isEmpty() && holder.bootId().equals(me.bootId());
    if (sameKernel && holder.pidNamespace().equals(me.pidNamespace())) {
      return ofLocalProcess(holder, store, attempt, me);
    }
    boolean sameHost = holder.host().equals(me.host());
    if (sameHost && !sameKernel && !holder.bootId().isEmpty() && !me.bootId().isEmpty()) {
      return GONE; // the host has been booted since
    }
    if (sameHost && holder.bootId().isEmpty() && me.bootId().isEmpty()) {
      return ofLocalProcess(holder, store, attempt, me);
    }
    return UNKNOWN;
  }

  private static Liveness ofLocalProcess(Holder holder, Id128 store, long attempt, Holder me) {
    if (holder.pid() == me.pid() && holder.startTicks() == me.startTicks()) {
      return ThisProcess.holds(store, attempt) ? ALIVE : GONE;
    }
    OptionalLong start = SystemFacts.processStart(holder.pid());
    return start.isPresent() && start.getAsLong() == holder.startTicks() ? ALIVE : GONE;
  }
}
