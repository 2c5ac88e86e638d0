// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.Time;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The daemon thread that watches the clock, so that a boundary need not. It sleeps until the pacer
 * says that a checkpoint is due, listens now and then whether somebody has asked the job to stop,
 * shows that it is alive, and notices when the whole process stood still.
 */
final class SessionTimer implements AutoCloseable {
  private static final long HEAR_EVERY_NS = 10_000_000_000L;
  private static final int ALIVE_EVERY_HEARINGS = 3;

  private final Suspension suspension;
  private final LongSupplier untilDueNs;
  private final Runnable becomeDue;
  private final Runnable hear;
  private final Runnable keepAlive;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("holdfast-timer").unstarted(this::run);
  private volatile boolean closed;
  private volatile boolean raised;

  /**
   * @param suspension is told when this thread rests
   * @param untilDueNs how long until a checkpoint is due; 0 when it is
   * @param becomeDue called once when it is due, until {@link #wake}
   * @param hear called every 10 s
   * @param keepAlive called every 30 s
   */
  SessionTimer(
      Suspension suspension,
      LongSupplier untilDueNs,
      Runnable becomeDue,
      Runnable hear,
      Runnable keepAlive) {
    this.suspension = suspension;
    this.untilDueNs = untilDueNs;
    this.becomeDue = becomeDue;
    this.hear = hear;
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
    int hearings = 0;
    long hearAt = Time.SYSTEM.nanoTime() + HEAR_EVERY_NS;
    while (!closed) {
      long dueNs = raised ? Long.MAX_VALUE : untilDueNs.getAsLong();
      if (dueNs == 0) {
        raised = true;
        becomeDue.run();
        continue;
      }
      long hearNs = hearAt - Time.SYSTEM.nanoTime();
      if (hearNs <= 0) {
        hear.run();
        if (++hearings % ALIVE_EVERY_HEARINGS == 0) {
          keepAlive.run();
        }
        hearAt = Time.SYSTEM.nanoTime() + HEAR_EVERY_NS;
        continue;
      }
      long restNs = Math.min(Math.min(dueNs, hearNs), Suspension.REST_NS_MAX);
      suspension.rest(restNs);
      LockSupport.parkNanos(this, restNs);
      suspension.woke();
    }
  }

  /** Ends the thread; it may finish its present round. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
