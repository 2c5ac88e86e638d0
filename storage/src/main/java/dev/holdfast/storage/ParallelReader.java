// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Reads many blocks of a version by several threads, and verifies each as {@link
 * StoredVersion#readBlock} does. A thread reads some neighbouring blocks, applies their layers and
 * hands them over: beside the target there is memory for three blocks for each thread. For one
 * caller.
 */
public final class ParallelReader implements AutoCloseable {
  /** Read by one thread at a time: enough that the disk reads on in order, and all have some. */
  private static final int RUN_BYTES = 1 << 20;

  private final StoredVersion version;
  private final Workers workers;

  ParallelReader(StoredVersion version) {
    this.version = version;
    long runs = version.info().stateBytes() / RUN_BYTES;
    int threads = Math.clamp(runs, 1, Runtime.getRuntime().availableProcessors());
    workers = new Workers(threads, "holdfast-read-");
  }

  /** Where the blocks of a region go. Called by several threads, each with other blocks. */
  public interface Target {
    /** Whether a block is to be read at all. */
    default boolean wants(int block) {
      return true;
    }

    /**
     * Where a block is to be read.
     *
     * @return native memory, exactly as long as the block; or empty where any will do
     */
    Optional<MemorySegment> memory(int block);

    /** Takes a block; bytes that lie in any memory are valid until this returns. */
    void take(int block, MemorySegment bytes);
  }

  /** Reads all blocks of a region, now or soon; see {@link #await}. */
  public void read(int region, Target target) {
    RegionSchema schema = version.info().regions().get(region);
    int step = Math.max(1, RUN_BYTES >> schema.blockLog2());
    for (int first = 0; first < schema.blockCount(); first += step) {
      int from = first;
      int to = Math.min(schema.blockCount(), first + step);
      workers.submit(scratch -> {
        for (int block = from; block < to; block++) {
          if (target.wants(block)) {
            read(region, schema, block, target, scratch);
          }
        }
      });
    }
  }

  private void read(
      int region, RegionSchema schema, int block, Target target, BlockScratch scratch) {
    MemorySegment into =
        target.memory(block).orElseGet(() -> scratch.raw(schema.blockLengthBytes(block)));
    version.readBlock(region, block, into, scratch);
    target.take(block, into);
  }

  /**
   * Waits until all blocks have been taken.
   *
   * @throws dev.holdfast.storage.format.DamagedException when one is not what was stored; others
   *     may have been taken
   * @throws StoreIoException when one cannot be read
   */
  public void await() {
    try {
      workers.await();
    } catch (IOException e) {
      throw new StoreIoException("reading", version.record().path(), e);
    }
  }

  /** Ends the threads, once they are done with what was to be read. */
  @Override
  public void close() {
    workers.finish();
    workers.close();
  }
}
