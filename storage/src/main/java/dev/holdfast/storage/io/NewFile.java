// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written. What the kernel has been given it writes to the disk only when it
 * is told to, or much later: so a long file is synced now and then by another thread while more is
 * written to it, and the disk is not idle until the sync at the end.
 *
 * <p>The kernel tells a failure once. One that an early sync meets is therefore kept and thrown by
 * every {@link #sync} after it, which otherwise would seem to make good what is lost.
 */
final class NewFile implements DiskFile {
  /** Written since the last early sync began, when the next one is due. */
  private static final long EARLY_SYNC_BYTES = 32L << 20;

  private final DiskFile file;
  private @Nullable CompletableFuture<Void> early;
  private long unsyncedBytes;
  private long writtenBytes;
  private long writingNs;
  private final AtomicLong syncingNs = new AtomicLong();

  NewFile(DiskFile file) {
    this.file = file;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return file.read(into, position);
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    long began = Time.SYSTEM.nanoTime();
    int written = file.write(from, position);
    writingNs += Time.SYSTEM.nanoTime() - began;
    unsyncedBytes += written;
    writtenBytes += written;
    if (unsyncedBytes >= EARLY_SYNC_BYTES && (early == null || early.isDone())) {
      awaitEarly();
      unsyncedBytes = 0;
      early = CompletableFuture.runAsync(this::syncEarly, NewFile::start);
    }
    return written;
  }

  private static void start(Runnable task) {
    Thread.ofPlatform().daemon().name("holdfast-sync").start(task);
  }

  private void syncEarly() {
    try {
      syncTimed();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** Waits for an early sync that is under way, and throws what the last one has met. */
  private void awaitEarly() throws IOException {
    CompletableFuture<Void> last = early;
    if (last != null) {
      try {
        last.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof IOException failure ? failure : new IOException(e);
      }
    }
  }

  @Override
  public void truncate(long bytes) throws IOException {
    file.truncate(bytes);
  }

  @Override
  public void sync() throws IOException {
    long began = Time.SYSTEM.nanoTime();
    awaitEarly();
    syncTimed();
    writingNs += Time.SYSTEM.nanoTime() - began;
  }

  private void syncTimed() throws IOException {
    long from = Time.SYSTEM.nanoTime();
    file.sync();
    syncingNs.addAndGet(Time.SYSTEM.nanoTime() - from);
  }

  @Override
  public Optional<Transfer> transfer() {
    return Optional.of(new Transfer(writtenBytes, Math.max(writingNs, syncingNs.get())));
  }

  @Override
  public void close() throws IOException {
    try {
      awaitEarly();
    } finally {
      file.close();
    }
  }
}
