// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What stores of many versions cost: files that are opened and read, not time. */
class ManyVersionsTest {
  private static final int FEW = 40;

  /** So many that threads share them. */
  private static final int MANY = 700;

  /** Counts what is opened and read. */
  private static final class CountingDisk extends ForwardingDisk {
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger listed = new AtomicInteger();

    CountingDisk(MemoryDisk below) {
      super(below);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
      listed.incrementAndGet();
      return super.list(directory);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
      opened.incrementAndGet();
      return new ForwardingFile(super.open(file)) {
        @Override
        public int read(ByteBuffer into, long position) throws IOException {
          reads.incrementAndGet();
          return super.read(into, position);
        }
      };
    }

    String counts() {
      return opened + " opened, " + reads + " reads, " + listed + " listings";
    }
  }

  private static CountingDisk storeOf(int versions) throws IOException {
    MemoryDisk memory = new MemoryDisk();
    ManyVersions.make(memory, STORE, versions);
    return new CountingDisk(memory);
  }

  private static String costOfNewest(int versions) throws IOException {
    CountingDisk disk = storeOf(versions);
    try (StoredVersion newest = Store.open(STORE, disk).newest().orElseThrow()) {
      assertEquals(versions + 1, newest.number());
      newest.readAll();
    }
    return disk.counts();
  }

  @Test
  void newest_ofManyVersions_costsWhatItCostsOfFew() throws IOException {
    assertEquals(costOfNewest(FEW), costOfNewest(FEW * 16));
  }

  private static String costOfRestart(int versions) throws IOException {
    CountingDisk disk = storeOf(versions);
    try (StoreWriter writer = StoreWriter.open(STORE, ManyVersions.keepingAll(disk));
        StoredVersion newest = writer.newest().orElseThrow()) {
      assertEquals(versions + 1, newest.number());
      writer.resume(newest);
      assertTrue(writer.previousGone());
    }
    return disk.counts();
  }

  @Test
  void restart_withManyVersions_costsWhatItCostsWithFew() throws IOException {
    assertEquals(costOfRestart(FEW), costOfRestart(FEW * 16));
  }

  /** All of them are read once in a writer's life, with its first version. */
  @Test
  void commits_withManyVersions_readEveryRecordOnce() throws IOException {
    CountingDisk disk = storeOf(MANY);
    TestJob job = new TestJob(7);
    try (StoreWriter writer = StoreWriter.open(STORE, ManyVersions.keepingAll(disk))) {
      int before = disk.opened.get();
      committed(job.commit(writer, true));
      int first = disk.opened.get() - before;
      assertTrue(first > MANY && first < MANY + 10, first + " files opened for the first version");
      job.advance();
      committed(job.commit(writer, false));
      int second = disk.opened.get() - before - first;
      assertTrue(second < 10, second + " files opened for the second version");
    }
    assertEquals(MANY + 4, Store.open(STORE, disk).records().size(), "all stay, by the rules");
  }

  @Test
  void records_ofManyVersions_areReadOnceEachAndAscend() throws IOException {
    CountingDisk disk = storeOf(MANY);
    Store store = Store.open(STORE, disk);
    int opened = disk.opened.get();
    int reads = disk.reads.get();
    List<Long> numbers = store.contents(StoreRecord::number).records();
    assertEquals(LongStream.rangeClosed(1, MANY + 1).boxed().toList(), numbers);
    assertTrue(
        disk.opened.get() - opened <= MANY + 3, "all once, and the newest to see what is missing");
    assertTrue(disk.reads.get() - reads <= MANY + 3, "one read for each small record");
    assertEquals(numbers, store.heads(0).stream().map(RecordHead::number).toList());
  }

  @Test
  void records_damagedAmongMany_isTheOnlyOneListedSo() throws IOException {
    MemoryDisk memory = new MemoryDisk();
    ManyVersions.make(memory, STORE, MANY);
    Path damaged = new StoreLayout(STORE).record(500);
    memory.bytes(damaged)[memory.bytes(damaged).length - 200] ^= 1; // in its sections
    List<StoreRecord> records = Store.open(STORE, memory).records();
    assertInstanceOf(DamagedRecord.class, records.get(499));
    assertEquals(1, records.stream().filter(DamagedRecord.class::isInstance).count());
  }

  @Test
  void records_oneOfManyDeletedMeanwhile_areReadAgain() throws IOException {
    MemoryDisk memory = new MemoryDisk();
    ManyVersions.make(memory, STORE, MANY);
    Path deleted = new StoreLayout(STORE).record(350);
    AtomicBoolean armed = new AtomicBoolean();
    ForwardingDisk disk =
        new ForwardingDisk(memory) {
          @Override
          public List<String> list(Path directory) throws IOException {
            List<String> names = super.list(directory);
            if (armed.getAndSet(false)) {
              memory.delete(deleted);
            }
            return names;
          }
        };
    Store store = Store.open(STORE, disk);
    armed.set(true);
    List<Long> numbers = store.contents(StoreRecord::number).records();
    assertEquals(MANY, numbers.size());
    assertFalse(numbers.contains(350L));
  }
}
