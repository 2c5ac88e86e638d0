// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading a store without being its writer. */
class StoreReaderTest {
  private final TestJob job = new TestJob(41);
  private final MemoryDisk memory = TestStores.resting(job, 3);
  private final StoreLayout layout = new StoreLayout(STORE);

  @Test
  void open_nothingThere_isRefusedNamingTheRemedy() {
    StoreRefusedException refused =
        assertThrows(
            StoreRefusedException.class, () -> Store.open(MemoryDisk.ROOT.resolve("none"), memory));
    assertTrue(refused.getMessage().contains("--store"), refused.getMessage());
  }

  @Test
  void records_restingStore_areAllThere() {
    List<StoreRecord> records = Store.open(STORE, memory).records();
    assertEquals(5, records.size());
    Attempt attempt = assertInstanceOf(Attempt.class, records.getFirst());
    assertEquals(ProcessHandle.current().pid(), attempt.opened().holder().pid());
    VersionRecord version = assertInstanceOf(VersionRecord.class, records.get(3));
    assertEquals(1, version.attempt());
    assertEquals(3, version.info().state().step());
    EndRecord end = assertInstanceOf(EndRecord.class, records.get(4));
    assertEquals(EndCause.STOPPED, end.ended().cause());
  }

  @Test
  void records_damagedOne_isListedWithTheReason() {
    memory.bytes(layout.record(3))[40] ^= 1;
    DamagedRecord damaged =
        assertInstanceOf(DamagedRecord.class, Store.open(STORE, memory).records().get(2));
    assertTrue(damaged.why().contains("CRC32C"), damaged.why());
  }

  @Test
  void newest_newerOnesDamaged_isTheNextWithReasons() {
    memory.bytes(layout.record(4))[40] ^= 1;
    byte[] cut = memory.bytes(layout.record(3));
    memory.setBytes(layout.record(3), java.util.Arrays.copyOf(cut, cut.length - 1));
    Store store = Store.open(STORE, memory);
    try (StoredVersion version = store.newest().orElseThrow()) {
      assertEquals(2, version.number());
      job.assertMatches(version);
    }
    assertEquals(List.of(4L, 3L), store.rejections().stream().map(r -> r.number()).toList());
  }

  @Test
  void newest_noneUsable_isAnErrorWithEveryReason() {
    for (long number : new long[] {2, 3, 4}) {
      memory.bytes(layout.record(number))[40] ^= 1;
    }
    NoUsableVersionException none =
        assertThrows(NoUsableVersionException.class, () -> Store.open(STORE, memory).newest());
    assertEquals(3, none.getMessage().split("is damaged", -1).length - 1);
    assertThrows(
        NoUsableVersionException.class,
        () -> {
          try (StoreWriter writer = TestStores.open(memory)) {
            writer.newest();
          }
        });
  }

  @Test
  void version_unknownNumber_saysSo() {
    Store store = Store.open(STORE, memory);
    assertTrue(
        assertThrows(NoUsableVersionException.class, () -> store.version(77))
            .getMessage()
            .contains("77"));
  }

  @Test
  void newest_versionsDeletedWhileReading_startsOver() {
    MemoryDisk live = new MemoryDisk();
    try (StoreWriter writer = TestStores.open(live)) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
      Path newest = layout.record(4);
      int[] opens = {0};
      ForwardingDisk racing =
          new ForwardingDisk(live) {
            @Override
            public DiskFile open(Path file) throws IOException {
              if (file.equals(newest) && opens[0]++ == 2) {
                for (int i = 0; i < 4; i++) {
                  job.advance();
                  committed(job.commit(writer, true));
                }
              }
              return super.open(file);
            }
          };
      Store store = Store.open(STORE, racing);
      assertEquals(3, store.records().size());
      try (StoredVersion version = store.newest().orElseThrow()) {
        assertEquals(8, version.number());
        job.assertMatches(version);
      }
      assertEquals(List.of(), store.rejections());
    }
  }

  @Test
  void readers_whileAWriterIsAtWork_writeNothing() {
    FaultyDisk watched = new FaultyDisk(memory);
    Store store = Store.open(STORE, watched);
    assertTrue(!store.id().equals(Id128.NONE));
    store.records();
    store.newest().orElseThrow().close();
    Verifier.verify(STORE, watched);
    for (String operation : watched.trace()) {
      assertTrue(operation.matches("(LIST|OPEN|SIZE|READ|FACTS|REAL_PATH) .*"), operation);
    }
  }

  /** What may not be read may be sound: nobody goes on from an older one, or calls it damaged. */
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4})
  void anyRecord_withoutPermission_isAFailureOfTheDiskForEverybody(long number) {
    MemoryDisk memory = TestStores.resting(new TestJob(9), 3);
    Path forbidden = new StoreLayout(STORE).record(number);
    Disk disk = forbidding(memory, forbidden);
    List<Executable> all =
        List.of(
            () -> Store.open(STORE, disk).records(),
            () -> Verifier.verify(STORE, disk),
            () -> Repair.plan(STORE, disk, VerifyOptions.ALL));
    for (Executable one : all) {
      var refused = assertThrows(StoreIoException.class, one);
      assertEquals(IoKind.PERMISSION, refused.kind());
      assertTrue(refused.getMessage().contains(forbidden.toString()), refused::toString);
      assertTrue(refused.getMessage().contains("owner and mode"), refused::toString);
    }
    if (number == 4) {
      assertThrows(StoreIoException.class, () -> Store.open(STORE, disk).newest());
      assertThrows(StoreIoException.class, () -> TestStores.open(disk).newest());
    }
  }

  private static Disk forbidding(Disk below, Path forbidden) {
    return new ForwardingDisk(below) {
      @Override
      public DiskFile open(Path file) throws IOException {
        if (file.equals(forbidden)) {
          throw new AccessDeniedException(file.toString());
        }
        return super.open(file);
      }
    };
  }

  /** A job whose newest version does not need the record makes versions and deletes none. */
  @Test
  void commit_olderRecordWithoutPermission_goesOnAndDeletesNothing() {
    TestJob job = new TestJob(9);
    MemoryDisk memory = TestStores.resting(job, 3);
    List<Path> before = memory.files(new StoreLayout(STORE).log());
    Disk disk = forbidding(memory, new StoreLayout(STORE).record(2));
    try (StoreWriter writer = TestStores.open(disk)) {
      try (StoredVersion newest = writer.newest().orElseThrow()) {
        assertEquals(4, newest.number());
        writer.resume(newest);
      }
      job.advance();
      committed(job.commit(writer, true));
    }
    assertTrue(memory.files(new StoreLayout(STORE).log()).containsAll(before));
  }
}
