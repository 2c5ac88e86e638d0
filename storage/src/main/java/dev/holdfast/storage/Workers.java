// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read and check blocks, each with its own scratch. Their queue is short: who hands
 * out tasks waits when all are busy, so that memory does not grow with the store. With one thread
 * everything happens at once, on the caller's own.
 */
final class Workers implements AutoCloseable {
  private final BlockScratch own = new BlockScratch();

  /** Empty for the end. */
  private final BlockingQueue<Optional<Task>> queue;

  private final List<Thread> threads = new ArrayList<>();
  private final Phaser open = new Phaser(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** A piece of work. */
  interface Task {
    void run(BlockScratch scratch) throws IOException;
  }

  /**
   * @param name what the threads are called, followed by a number
   */
  Workers(int count, String name) {
    queue = new ArrayBlockingQueue<>(2 * count);
    for (int i = 0; i < count && count > 1; i++) {
      BlockScratch scratch = new BlockScratch();
      Thread thread = new Thread(() -> work(scratch), name + (i + 1));
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** Does it, now or soon. What it throws is thrown by {@link #await}. */
  void submit(Task task) {
    open.register();
    if (threads.isEmpty()) {
      run(task, own);
    } else {
      put(Optional.of(task));
    }
  }

  private void put(Optional<Task> task) {
    try {
      queue.put(task);
    } catch (InterruptedException e) {
      open.arriveAndDeregister();
      throw new IllegalStateException("interrupted while blocks are checked", e);
    }
  }

  private void work(BlockScratch scratch) {
    try (scratch) {
      for (Optional<Task> task = queue.take(); task.isPresent(); task = queue.take()) {
        run(task.get(), scratch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Task task, BlockScratch scratch) {
    try {
      if (failure.get() == null) {
        task.run(scratch);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      open.arriveAndDeregister();
    }
  }

  /** Waits until all that was submitted is done, or has failed. */
  void finish() {
    open.arriveAndAwaitAdvance();
  }

  /** Waits until all that was submitted is done; throws what the first that failed has thrown. */
  void await() throws IOException {
    finish();
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    threads.forEach(thread -> put(Optional.empty()));
    own.close();
  }
}
