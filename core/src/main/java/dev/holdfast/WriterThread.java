// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

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
    return CompletableFuture.supplyAsync(task, executor);
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
