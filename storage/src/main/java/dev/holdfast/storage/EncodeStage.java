// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Encodes blocks by several threads while the caller writes those that are done. Blocks leave in
 * the order in which they came, and how far their coming runs ahead of their leaving depends on
 * their number and size alone: so the caller does the same to the disk in the same order, whatever
 * the threads do. A caller that would have to wait encodes, too; a version of one batch starts no
 * thread.
 *
 * <p>Made anew for every version, with its threads and memory: between checkpoints a job's memory
 * and its processors are the job's.
 */
final class EncodeStage implements AutoCloseable {
  private static final int BATCH_BYTES = 256 << 10;

  /** All batches together, with what is copied for them and what is made of them. */
  private static final int BYTES_MAX = 32 << 20;

  /** Batches for each thread: one in work, one that waits for it, one that is written. */
  private static final int BATCHES_PER_THREAD = 3;

  private final BlockEncoder own;
  private final Sink sink;
  private final int threadsMax;
  private final Arena arena = Arena.ofShared();
  private final List<Thread> threads = new ArrayList<>();
  private final Deque<BlockBatch> inOrder = new ArrayDeque<>();
  private final Deque<BlockBatch> free = new ArrayDeque<>();

  /** Empty for the end. */
  private final LinkedBlockingQueue<Optional<BlockBatch>> wanted = new LinkedBlockingQueue<>();

  private final int batchBytes;
  private final int batchesMax;
  private int batches;
  private @Nullable BlockBatch filling;
  private long encodingNs;
  private long waitingNs;

  /** Takes encoded blocks, in order. */
  interface Sink {
    void take(BlockJob.Done block) throws IOException;
  }

  /**
   * @param own the caller's encoder
   * @param threads how many may encode at once, the caller among them
   * @param blockBytesMax the longest block
   */
  EncodeStage(BlockEncoder own, int threads, int blockBytesMax, Sink sink) {
    this.own = own;
    this.sink = sink;
    threadsMax = threads - 1;
    batchBytes = Math.max(BATCH_BYTES, blockBytesMax);
    batchesMax = Math.clamp(BYTES_MAX / (3L * batchBytes), 2, BATCHES_PER_THREAD * threads);
  }

  /** A batch with room for a block of this length, to which exactly one is then added. */
  BlockBatch roomFor(int blockBytes) throws IOException {
    BlockBatch batch = filling;
    if (batch != null && !batch.hasRoomFor(blockBytes)) {
      handOver(batch);
      batch = null;
    }
    if (batch == null) {
      batch = empty();
      filling = batch;
    }
    return batch;
  }

  private BlockBatch empty() throws IOException {
    if (!free.isEmpty()) {
      return free.remove();
    }
    if (batches == batchesMax) {
      release();
      return free.remove();
    }
    batches++;
    return new BlockBatch(arena, batchBytes);
  }

  private void handOver(BlockBatch batch) {
    inOrder.add(batch);
    filling = null;
    if (batch.isCheap()) {
      return;
    }
    wanted.add(Optional.of(batch));
    if (threads.size() < Math.min(threadsMax, batches - 1)) {
      String name = "holdfast-encode-" + (threads.size() + 1);
      threads.add(Thread.ofPlatform().daemon().name(name).start(this::work));
    }
  }

  private void work() {
    try (BlockEncoder encoder = new BlockEncoder()) {
      for (Optional<BlockBatch> one = wanted.take(); one.isPresent(); one = wanted.take()) {
        one.get().encode(encoder);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while blocks are encoded", e);
    }
  }

  /** Gives the oldest batch away. */
  private void release() throws IOException {
    BlockBatch oldest = inOrder.remove();
    if (oldest.isCheap()) {
      oldest.encode(own);
    }
    while (!oldest.isEncoded()) {
      Optional<BlockBatch> other = wanted.poll();
      if (other != null && other.isPresent()) {
        other.get().encode(own);
      } else {
        long from = Time.SYSTEM.nanoTime();
        oldest.await();
        waitingNs += Time.SYSTEM.nanoTime() - from;
      }
    }
    for (BlockJob.Done block : oldest.done()) {
      sink.take(block);
    }
    encodingNs += oldest.encodingNs();
    oldest.clear();
    free.add(oldest);
  }

  /** Gives all blocks away. */
  void finish() throws IOException {
    BlockBatch last = filling;
    if (last != null) {
      handOver(last);
    }
    while (!inOrder.isEmpty()) {
      release();
    }
  }

  /** How many threads have encoded, the caller among them. */
  int threads() {
    return 1 + threads.size();
  }

  /** The time that all threads together have encoded. */
  long encodingNs() {
    return encodingNs;
  }

  /** The time that the caller had nothing to do but wait. */
  long waitingNs() {
    return waitingNs;
  }

  /** Ends the threads, also amid their work, and frees the memory. */
  @Override
  public void close() {
    wanted.clear();
    threads.forEach(thread -> wanted.add(Optional.empty()));
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while blocks are encoded", e);
      }
    }
    arena.close();
  }
}
