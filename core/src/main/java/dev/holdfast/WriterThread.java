// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.Niceness;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * The daemon thread on which everything happens that writes to the store. Nobody else knows it, so
 * nobody can interrupt it: an interrupt would close the file being written.
 */
final class WriterThread implements AutoCloseable {
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("holdfast-writer").unstarted(task));

  /**
   * @param nice how much it and the threads that it starts leave to others, 0 to 19
   */
  WriterThread(int nice) {
    if (nice > 0) {
      post(() -> beNice(nice));
    }
  }

  private static void beNice(int nice) {
    Niceness.set(nice)
        .ifPresent(
            why -> Messages.warn("the writer's threads stay at nice 0, not " + nice + ": " + why));
  }

  /** Runs a task and waits for its result; its exceptions are thrown here. */
  <T> T call(Supplier<T> task) {
    try {
      return start(task).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** Starts a task after those before it. */
  <T> CompletableFuture<T> start(Supplier<T> task) {
    return start(task, () -> {});
  }

  /**
   * Starts a task after those before it.
   *
   * @param afterwards what is left to do, before the next task but without anybody waiting for it
   */
  <T> CompletableFuture<T> start(Supplier<T> task, Runnable afterwards) {
    CompletableFuture<T> result = new CompletableFuture<>();
    executor.execute(() -> {
      try {
        result.complete(task.get());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      }
      afterwards.run();
    });
    return result;
  }

  /** Runs a task after those before it; nobody waits for it. None is run after the end. */
  void post(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      // The session has ended meanwhile.
    }
  }

  /** Ends the thread once its tasks are done. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
