// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads encode a version; what happens to the disk is what one thread would have done. */
class ParallelWriteTest {
  /** Some 2.5 MiB, so that several batches are under way. */
  private static final int FIELD_BLOCKS = 500;

  private static TestJob job() {
    TestJob job = new TestJob(7, FIELD_BLOCKS, true);
    job.addNoise("much noise", 600_000);
    return job;
  }

  private static StoreOptions options(Disk disk, int threads) {
    TestStores.Options options = new TestStores.Options();
    options.writerThreads = threads;
    return options.on(disk);
  }

  /** What has been done to the disk, and the index of each version. */
  private record History(List<String> operations, List<ByteBuffer> indexes) {}

  private static History history(int threads) {
    TestJob job = job();
    MemoryDisk memory = new MemoryDisk();
    List<String> operations = new ArrayList<>();
    Disk disk = new WatchedDisk(memory, (operation, changes) -> operations.add(operation));
    List<ByteBuffer> indexes = new ArrayList<>();
    try (StoreWriter writer = StoreWriter.open(STORE, options(disk, threads))) {
      operations.clear(); // what opening leaves has random names
      for (int version = 0; version < 5; version++) {
        for (int change = 0; change < 300; change++) {
          job.advance(); // so that blocks that are kept and blocks that are stored alternate
        }
        committed(job.commit(writer, false));
        try (StoredVersion stored = writer.newest().orElseThrow()) {
          indexes.add(stored.index().encoded());
          job.assertMatches(stored);
        }
      }
    }
    return new History(operations, indexes);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 16})
  void anyNumberOfThreads_leavesTheSameIndexByTheSameOperations(int threads) {
    assertEquals(history(1), history(threads));
  }

  @Test
  void version_withLayersAndKeptBlocks_isAmongThem() {
    TestJob job = job();
    MemoryDisk disk = new MemoryDisk();
    try (StoreWriter writer = StoreWriter.open(STORE, options(disk, 4))) {
      for (int version = 0; version < 3; version++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      try (StoredVersion stored = writer.newest().orElseThrow()) {
        int layered = 0;
        int kept = 0;
        for (int entry = 0; entry < stored.info().blockCount(); entry++) {
          layered += stored.index().xorDepth(entry) > 0 ? 1 : 0;
          kept += stored.index().file(entry) > 0 ? 1 : 0;
        }
        assertTrue(layered > 0, "no block is stored as a difference");
        assertTrue(kept > 0, "no block is kept");
      }
    }
  }

  /** A region whose source fails, or gives what no encoder takes, from some block on. */
  private record Broken(RegionSource source, int from, boolean onTheEncodersThread)
      implements RegionSource {
    @Override
    public RegionSchema schema() {
      return source.schema();
    }

    @Override
    public boolean changed(int block) {
      return true;
    }

    @Override
    public MemorySegment block(int block) {
      if (block < from) {
        return source.block(block);
      }
      if (onTheEncodersThread) {
        return MemorySegment.ofArray(new byte[schema().blockLengthBytes(block)]);
      }
      throw new IllegalStateException("the source is broken");
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      return null;
    }

    @Override
    public boolean keepsBytes() {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failureAmidTheWork_isThrownAndTheNextVersionIsWhole(boolean onTheEncodersThread) {
    TestJob job = job();
    job.advance();
    Draft draft = job.draft(true);
    List<RegionSource> sources = new ArrayList<>(draft.regions());
    sources.set(0, new Broken(sources.getFirst(), FIELD_BLOCKS / 2, onTheEncodersThread));
    Draft broken =
        new Draft(
            draft.state(),
            sources,
            draft.outputs(),
            draft.ledger(),
            draft.costs(),
            draft.measured(),
            draft.parameters(),
            draft.user(),
            true);
    MemoryDisk disk = new MemoryDisk();
    try (StoreWriter writer = StoreWriter.open(STORE, options(disk, 3))) {
      assertThrows(RuntimeException.class, () -> writer.commit(broken));
      committed(job.commit(writer, true));
      try (StoredVersion stored = writer.newest().orElseThrow()) {
        job.assertMatches(stored);
      }
    }
  }

  /** Has room for so many bytes. */
  private static final class FullDisk extends ForwardingDisk {
    private long bytesLeft = Long.MAX_VALUE;

    FullDisk(Disk below) {
      super(below);
    }

    @Override
    public DiskFile create(Path file, Access access) throws IOException {
      return new ForwardingFile(super.create(file, access)) {
        @Override
        public int write(ByteBuffer from, long position) throws IOException {
          bytesLeft -= from.remaining();
          if (bytesLeft < 0) {
            throw new IOException("No space left on device");
          }
          return super.write(from, position);
        }
      };
    }
  }

  @Test
  void diskFull_amidTheWork_failsTheVersionAndEndsTheThreads() {
    TestJob job = job();
    job.advance();
    MemoryDisk memory = new MemoryDisk();
    FullDisk disk = new FullDisk(memory);
    try (StoreWriter writer = StoreWriter.open(STORE, options(disk, 3))) {
      disk.bytesLeft = 1 << 20;
      assertInstanceOf(CommitResult.Failed.class, job.commit(writer, true));
      assertEquals(List.of(), encoders());
      disk.bytesLeft = Long.MAX_VALUE;
      committed(job.commit(writer, true));
      assertEquals(List.of(), encoders());
    }
  }

  private static List<String> encoders() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("holdfast-encode"))
        .toList();
  }
}
