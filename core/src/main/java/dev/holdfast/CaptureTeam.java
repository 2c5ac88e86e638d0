// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Shares the blocks of a large region among threads while the loop waits for its capture: one core
 * does not keep the memory busy, and the loop's others have nothing to do. The loop's own thread
 * works, too, and waits for no thread that has not begun: so a machine that is full costs nothing.
 *
 * <p>The threads are made for each capture. That costs as much as to look at a megabyte, and
 * between captures there is nothing.
 */
final class CaptureTeam {
  /** A few threads read and write as fast as memory can. */
  private static final int THREADS_MAX = 4;

  private final int threads;

  /**
   * @param threads how many may work at once, the caller among them
   */
  CaptureTeam(int threads) {
    this.threads = Math.min(threads, THREADS_MAX);
  }

  /** Looks at some of the blocks. */
  interface Look {
    /** Returns whether any has changed. */
    boolean at(int from, int to);
  }

  /** Whether there is anybody to share with. */
  boolean shares() {
    return threads > 1;
  }

  /**
   * Looks at all blocks.
   *
   * @param grain how many are looked at in one go
   * @return whether any has changed
   */
  boolean look(int blocks, int grain, Look look) {
    Work work = new Work(blocks, grain, look);
    try {
      for (int helper = 1; helper < threads; helper++) {
        Thread.ofPlatform().daemon().name("holdfast-capture-" + helper).start(work);
      }
    } catch (OutOfMemoryError e) {
      // No more threads: those there are do all of it.
    }
    work.run();
    return work.result();
  }

  private static final class Work implements Runnable {
    private final int blocks;
    private final int grain;
    private final Look look;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean changed;

    Work(int blocks, int grain, Look look) {
      this.blocks = blocks;
      this.grain = grain;
      this.look = look;
      left = new CountDownLatch((blocks + grain - 1) / grain);
    }

    @Override
    public void run() {
      for (int from = next.getAndAdd(grain); from < blocks; from = next.getAndAdd(grain)) {
        try {
          if (look.at(from, Math.min(from + grain, blocks))) {
            changed = true;
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          left.countDown();
        }
      }
    }

    /** Waits for what others have begun. */
    boolean result() {
      Uninterrupted.until(() -> left.getCount() == 0, left::await);
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
      return changed;
    }
  }
}
