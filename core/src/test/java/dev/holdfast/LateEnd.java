// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a capture, by another thread: not before the thread that has made this waits for
 * something, or closes it.
 */
final class LateEnd implements AutoCloseable {
  private final AtomicBoolean wanted = new AtomicBoolean();
  private final CompletableFuture<Void> ended;

  LateEnd(Runnable end) {
    Thread loop = Thread.currentThread();
    ended =
        CompletableFuture.runAsync(() -> {
          while (loop.getState() != Thread.State.WAITING && !wanted.get()) {
            Thread.onSpinWait();
          }
          end.run();
        });
  }

  /** The end is due, if it has not come yet; waits for it. */
  @Override
  public void close() {
    wanted.set(true);
    ended.join();
  }
}
