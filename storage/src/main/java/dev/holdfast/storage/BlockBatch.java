// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.codec.BlockEncoder;
import dev.holdfast.storage.codec.Encoded;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Some blocks that one thread encodes at once. Filled, encoded and emptied again and again: what is
 * done happens on one thread after the other, the hand-over being its queue and its latch.
 */
final class BlockBatch {
  /** Blocks are small or many: so that handing them over costs little beside the work. */
  private static final int BLOCKS_MAX = 256;

  private final int bytesMax;
  private final Memory copied;
  private final Memory encoded;
  private final List<BlockJob> jobs = new ArrayList<>();
  private final List<BlockJob.Done> done = new ArrayList<>();
  private CountDownLatch latch = new CountDownLatch(1);
  private @Nullable Throwable failure;
  private int bytes;
  private long encodingNs;

  /**
   * @param arena where its memory comes from, which is shared by threads
   * @param bytesMax raw bytes that it takes; a block of that length is the largest
   */
  BlockBatch(Arena arena, int bytesMax) {
    this.bytesMax = bytesMax;
    copied = new Memory(arena, 2L * bytesMax);
    encoded = new Memory(arena, bytesMax);
  }

  /** Memory that is taken piece by piece, and is there only once it is wanted. */
  private static final class Memory {
    private final Arena arena;
    private final long sizeBytes;
    private MemorySegment all = MemorySegment.NULL;
    private long used;

    Memory(Arena arena, long sizeBytes) {
      this.arena = arena;
      this.sizeBytes = sizeBytes;
    }

    MemorySegment keep(MemorySegment bytes) {
      if (all.byteSize() == 0) {
        all = arena.allocate(sizeBytes, Long.BYTES);
      }
      MemorySegment kept = all.asSlice(used, bytes.byteSize()).copyFrom(bytes);
      used += bytes.byteSize();
      return kept;
    }
  }

  /** Whether nothing is gained by another thread. */
  boolean isCheap() {
    return jobs.stream().allMatch(BlockJob::isCheap);
  }

  boolean hasRoomFor(int blockBytes) {
    return jobs.size() < BLOCKS_MAX && bytes + blockBytes <= bytesMax;
  }

  /** Copies bytes of a source that does not keep them. */
  MemorySegment copy(MemorySegment transientBytes) {
    return copied.keep(transientBytes);
  }

  void add(BlockJob job) {
    jobs.add(job);
    bytes += (int) job.raw().byteSize();
  }

  /** Encodes all blocks; what goes wrong is told by {@link #await}. */
  void encode(BlockEncoder encoder) {
    long from = Time.SYSTEM.nanoTime();
    try {
      for (BlockJob job : jobs) {
        BlockJob.Done one = job.encode(encoder);
        Encoded made = one.encoded();
        boolean own = !made.pays() || made.storedBytes() == 0;
        done.add(own ? one : new BlockJob.Done(job, kept(made), one.baseEntry()));
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      encodingNs = Time.SYSTEM.nanoTime() - from;
      latch.countDown();
    }
  }

  private Encoded kept(Encoded made) {
    return new Encoded(made.codec(), encoded.keep(made.stored()), made.crc32c(), made.crc32Raw());
  }

  boolean isEncoded() {
    return latch.getCount() == 0;
  }

  /** Waits until all blocks are encoded; on a thread that nobody interrupts. */
  void await() {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while blocks are encoded", e);
    }
  }

  /** The encoded blocks, in order. */
  List<BlockJob.Done> done() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
    return done;
  }

  /** How long encoding has taken. */
  long encodingNs() {
    return encodingNs;
  }

  /** Makes it ready for other blocks. */
  void clear() {
    jobs.clear();
    done.clear();
    bytes = 0;
    copied.used = 0;
    encoded.used = 0;
    latch = new CountDownLatch(1);
  }
}
