// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.Time;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The daemon thread that watches the clock, so that a boundary need not. It sleeps until the pacer
 * says that a checkpoint is due, and shows now and then that the job is alive.
 */
final class SessionTimer implements AutoCloseable {
  private static final long ALIVE_EVERY_NS = 30_000_000_000L;

  private final LongSupplier untilDueNs;
  private final Runnable becomeDue;
  private final Runnable keepAlive;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("holdfast-timer").unstarted(this::run);
  private volatile boolean closed;
  private volatile boolean raised;

  /**
   * @param untilDueNs how long until a checkpoint is due; 0 when it is
   * @param becomeDue called once when it is due, until {@link #wake}
   * @param keepAlive called every 30 s
   */
  SessionTimer(LongSupplier untilDueNs, Runnable becomeDue, Runnable keepAlive) {
    this.untilDueNs = untilDueNs;
    this.becomeDue = becomeDue;
    this.keepAlive = keepAlive;
  }

  void start() {
    thread.start();
  }

  /** Something has changed: ask again. */
  void wake() {
    raised = false;
    LockSupport.unpark(thread);
  }

  private void run() {
    long aliveAt = Time.SYSTEM.nanoTime() + ALIVE_EVERY_NS;
    while (!closed) {
      long dueNs = raised ? Long.MAX_VALUE : untilDueNs.getAsLong();
      if (dueNs == 0) {
        raised = true;
        becomeDue.run();
        continue;
      }
      long aliveNs = aliveAt - Time.SYSTEM.nanoTime();
      if (aliveNs <= 0) {
        keepAlive.run();
        aliveAt = Time.SYSTEM.nanoTime() + ALIVE_EVERY_NS;
        continue;
      }
      LockSupport.parkNanos(this, Math.min(dueNs, aliveNs));
    }
  }

  /** Ends the thread; it may finish its present round. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
