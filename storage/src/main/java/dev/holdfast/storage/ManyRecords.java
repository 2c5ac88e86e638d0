// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Looks at many records. A log of 100,000 versions is read whole when it is listed or opened for
 * writing, and most of that is waiting, for the kernel or for a file server; so it is shared among
 * threads. A few records are read by the caller alone.
 */
final class ManyRecords {
  /** A thread costs as much as reading a few of them. */
  private static final int FEW = 256;

  /** Taken by a thread at a time. */
  private static final int SHARE = 64;

  /** A server that is far away answers many at once. */
  private static final int THREADS = Math.max(8, Runtime.getRuntime().availableProcessors());

  private ManyRecords() {}

  /** What is made of one record; by any thread. */
  interface Look<T> {
    T at(long number) throws IOException;
  }

  /**
   * Looks at records.
   *
   * @return what was made of each, in the order of the numbers
   * @throws IOException the first failure; the others are not looked at then
   */
  static <T> List<T> read(Collection<Long> numbers, Look<T> look) throws IOException {
    List<Long> all = List.copyOf(numbers);
    return all.size() <= FEW ? readHere(all, look) : readTogether(all, look);
  }

  private static <T> List<T> readHere(List<Long> numbers, Look<T> look) throws IOException {
    List<T> found = new ArrayList<>(numbers.size());
    for (long number : numbers) {
      found.add(look.at(number));
    }
    return found;
  }

  private static <T> List<T> readTogether(List<Long> numbers, Look<T> look) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, ManyRecords::daemon);
    try {
      List<Future<List<T>>> shares = new ArrayList<>();
      for (int from = 0; from < numbers.size(); from += SHARE) {
        List<Long> share = numbers.subList(from, Math.min(from + SHARE, numbers.size()));
        Callable<List<T>> task = () -> readHere(share, look);
        shares.add(threads.submit(task));
      }
      List<T> found = new ArrayList<>(numbers.size());
      for (Future<List<T>> share : shares) {
        found.addAll(share.get());
      }
      return found;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while records were read");
    } finally {
      threads.shutdownNow();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "holdfast-records");
    thread.setDaemon(true);
    return thread;
  }

  private static IOException failure(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IllegalStateException(cause);
    };
  }
}
