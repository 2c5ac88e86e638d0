// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were deleted by others: where it can be told, nothing begins from zero. */
class LostRecordsTest {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  private final TestJob job = new TestJob(8);
  private final MemoryDisk disk = new MemoryDisk();

  /** OPEN 1, one version 2, and the OPEN 3 of an attempt that was killed. */
  private void oneVersionAndAnAttemptAfterIt() {
    try (StoreWriter writer = TestStores.open(disk)) {
      job.advance();
      committed(job.commit(writer, false));
    }
    StoreWriter.open(STORE, TestStores.takingOver(disk)).close();
  }

  @Test
  void newest_onlyVersionLost_isNoBeginning() throws IOException {
    oneVersionAndAnAttemptAfterIt();
    disk.delete(LAYOUT.record(2));
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(STORE, disk).outcome());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      var refused = assertThrows(NoUsableVersionException.class, writer::newest);
      assertTrue(
          refused.getMessage().contains("0000000000000002.hf is missing"), refused::toString);
      assertTrue(refused.getMessage().contains("HOLDFAST_FRESH=1"), refused::toString);
    }
  }

  /** OPEN 1 and versions 2 to 4 of an attempt that was killed. */
  private void anAttemptThatWasKilled() {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(9);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void newest_everyVersionLostAfterAKill_isNoBeginning(boolean signpostToo) throws IOException {
    anAttemptThatWasKilled();
    for (long number = 2; number <= 4; number++) {
      disk.delete(LAYOUT.record(number));
    }
    if (signpostToo) {
      disk.delete(LAYOUT.signpost());
    }
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(STORE, disk).outcome());
    assertThrows(NoUsableVersionException.class, () -> Store.open(STORE, disk).newest());
    for (int attempt = 0; attempt < 6; attempt++) {
      try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
        var refused = assertThrows(NoUsableVersionException.class, writer::newest);
        assertTrue(refused.getMessage().contains("002.hf to 0000000000000004.hf are missing"));
      }
    }
  }

  @Test
  void open_aliveThatMayNotBeTouched_isReplaced() throws IOException {
    anAttemptThatWasKilled();
    ForwardingDisk denying =
        new ForwardingDisk(disk) {
          private boolean isDenied = true;

          @Override
          public void touch(Path file) throws IOException {
            if (isDenied) {
              throw new AccessDeniedException(file.toString());
            }
            super.touch(file);
          }

          @Override
          public DiskFile create(Path file, Access access) throws IOException {
            isDenied &= !file.equals(LAYOUT.alive());
            return super.create(file, access);
          }
        };
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(denying))) {
      writer.newest().orElseThrow().close();
      denying.touch(LAYOUT.alive());
    }
  }

  @Test
  void open_noVersionMadeAndTheRestDamaged_begins() throws IOException {
    TestStores.open(disk).close();
    byte[] open = disk.bytes(LAYOUT.record(1));
    open[300] ^= 1; // what it says, not what it is
    disk.setBytes(LAYOUT.alive(), new byte[1]);
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(Outcome.DAMAGED, report.outcome());
    assertEquals(List.of(0L, 1L), report.findings().stream().map(f -> f.number()).toList());
    assertFalse(Store.open(STORE, disk).isLost());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      assertTrue(writer.newest().isEmpty());
    }
  }

  @Test
  void open_onlyADamagedSignpostLeft_isRefusedByEverybody() throws IOException {
    TestStores.open(disk).close();
    disk.delete(LAYOUT.record(1));
    disk.delete(LAYOUT.alive());
    disk.setBytes(LAYOUT.signpost(), new byte[100]);
    for (Executable one :
        List.<Executable>of(() -> TestStores.open(disk).close(), () -> Store.open(STORE, disk))) {
      var refused = assertThrows(NoUsableVersionException.class, one);
      assertTrue(refused.getMessage().contains("move it away"), refused::toString);
    }
  }

  @Test
  void newest_newestVersionsLostAfterAKill_isTheOlderOneAndSaysSo() throws IOException {
    anAttemptThatWasKilled();
    disk.delete(LAYOUT.record(3));
    disk.delete(LAYOUT.record(4));
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(Outcome.DAMAGED, report.outcome());
    assertEquals(List.of(2L), report.usable());
    Store store = Store.open(STORE, disk);
    try (StoredVersion version = store.newest().orElseThrow()) {
      assertEquals(2, version.number());
      assertEquals(List.of(4L), store.rejections().stream().map(r -> r.number()).toList());
    }
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      try (StoredVersion version = writer.newest().orElseThrow()) {
        assertEquals(2, version.number());
        job.restore(version);
        writer.resume(version);
      }
      assertEquals(List.of(4L), writer.rejections().stream().map(r -> r.number()).toList());
      job.advance();
      assertEquals(6, committed(job.commit(writer, false)).number(), "no number is given twice");
    }
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      writer.newest().orElseThrow().close();
      assertEquals(List.of(), writer.rejections(), "what is lost is made good by a newer version");
    }
  }

  @Test
  void newest_recordsBelowALaterOpenLost_areTold() throws IOException {
    anAttemptThatWasKilled();
    StoreWriter.open(STORE, TestStores.takingOver(disk)).close();
    disk.delete(LAYOUT.record(4));
    disk.delete(LAYOUT.newest(4));
    assertEquals(4, Store.open(STORE, disk).contents(r -> r).missing().getFirst().number());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk));
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(3, version.number());
      assertEquals(4, writer.rejections().getFirst().number());
    }
  }

  /** One leaves the lost numbers out; the other knows nothing of them and takes one meanwhile. */
  @Test
  void open_anotherOpensAmongTheLostNumbers_fencesItAndDoesNotTakeItForGone() throws IOException {
    anAttemptThatWasKilled();
    for (long number = 2; number <= 4; number++) {
      disk.delete(LAYOUT.record(number));
    }
    List<StoreWriter> others = new ArrayList<>();
    Disk watched =
        new ForwardingDisk(disk) {
          @Override
          public void link(Path existing, Path name) throws IOException {
            if (others.isEmpty() && name.equals(LAYOUT.record(5))) {
              disk.delete(LAYOUT.newest(4));
              others.add(StoreWriter.open(STORE, TestStores.takingOver(disk)));
            }
            super.link(existing, name);
          }
        };
    try (StoreWriter writer = StoreWriter.open(STORE, new TestStores.Options().on(watched));
        StoreWriter other = others.getFirst()) {
      assertEquals(5, writer.attempt());
      assertEquals(2, other.attempt());
      assertFalse(writer.previousGone());
      assertInstanceOf(CommitResult.Fenced.class, job.commit(other, true));
    }
  }

  /** OPEN 1, versions 2 to 12 and END 13 of another store. */
  private static MemoryDisk anotherStore() {
    MemoryDisk other = new MemoryDisk();
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(20);
    TestJob itsJob = new TestJob(9);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(other))) {
      for (int i = 0; i < 11; i++) {
        itsJob.advance();
        committed(itsJob.commit(writer, true));
      }
      writer.end(TestStores.ended(EndCause.COMPLETE));
    }
    return other;
  }

  private void copyIn(MemoryDisk other, long number) throws IOException {
    copyIn(other, number, number);
  }

  private void copyIn(MemoryDisk other, long from, long number) throws IOException {
    if (disk.list(LAYOUT.log()).contains(StoreLayout.recordName(number))) {
      disk.delete(LAYOUT.record(number));
    }
    disk.create(LAYOUT.record(number), Disk.Access.OWNER).close();
    disk.setBytes(LAYOUT.record(number), other.bytes(LAYOUT.record(from)));
  }

  /** Whatever stands where: it is no version of this store, and hides none that is missing. */
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 6, 12, 13})
  void newest_everyVersionLostAndARecordOfAnotherStoreThere_isNoBeginning(long number)
      throws IOException {
    anAttemptThatWasKilled();
    for (long lost = 2; lost <= 4; lost++) {
      disk.delete(LAYOUT.record(lost));
    }
    copyIn(anotherStore(), number);
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(STORE, disk).outcome());
    assertThrows(NoUsableVersionException.class, () -> Store.open(STORE, disk).newest());
    for (int attempt = 0; attempt < 3; attempt++) {
      try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
        assertThrows(NoUsableVersionException.class, writer::newest);
        assertFalse(writer.complete(), "the END is another store's");
      }
    }
  }

  @Test
  void verify_recordOfAnotherStoreAtAFreeNumber_isANoteForEveryReader() throws IOException {
    anAttemptThatWasKilled();
    copyIn(anotherStore(), 12);
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(List.of(), report.findings());
    assertEquals(1, report.notes().size());
    Store store = Store.open(STORE, disk);
    assertEquals(List.of(), store.contents(r -> r).missing());
    store.newest().orElseThrow().close();
    assertEquals(List.of(), store.rejections());
  }

  @Test
  void commit_recordOfAnotherStoreAboveIt_isAcknowledgedAndItsNumberLeftOut() throws IOException {
    MemoryDisk other = anotherStore();
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(20);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      job.advance();
      committed(job.commit(writer, true));
      copyIn(other, 3);
      copyIn(other, 5);
      copyIn(other, 12);
      copyIn(other, 2, 20);
      List<Long> numbers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        job.advance();
        numbers.add(committed(job.commit(writer, true)).number());
      }
      assertEquals(List.of(4L, 6L, 7L, 8L), numbers);
      assertTrue(writer.lookForSuccessor().isEmpty());
      assertEquals(4, options.told.stream().filter(line -> line.contains("another store")).count());
    }
    assertEquals(List.of(), Verifier.verify(STORE, disk).findings());
  }

  @Test
  void repair_recordOfAnotherStoreInThePlaceOfTheNewest_saysSo() throws IOException {
    anAttemptThatWasKilled();
    copyIn(anotherStore(), 4);
    RepairReport report = Repair.plan(STORE, disk, VerifyOptions.ALL);
    assertEquals(1, report.steps().size());
    assertTrue(report.steps().getFirst().details().getFirst().contains("of another store"));
    assertEquals(1, report.steps().getFirst().details().size(), report::toString);
  }

  @Test
  void newest_recordOfAnotherStoreInItsPlace_isToldAsMissing() throws IOException {
    anAttemptThatWasKilled();
    MemoryDisk other = anotherStore();
    disk.setBytes(LAYOUT.record(4), other.bytes(LAYOUT.record(4)));
    assertEquals(Outcome.DAMAGED, Verifier.verify(STORE, disk).outcome());
    Store store = Store.open(STORE, disk);
    assertEquals(
        List.of(4L), store.contents(r -> r).missing().stream().map(r -> r.number()).toList());
    assertEquals(List.of(1L, 2L, 3L), store.contents(StoreRecord::number).records());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk));
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(3, version.number());
      assertTrue(writer.rejections().getFirst().why().contains("record of another store"));
    }
    assertEquals(
        List.of(4L), store.contents(r -> r).missing().stream().map(r -> r.number()).toList());
  }

  @Test
  void newest_recordsOfAnotherStoreAboveIt_takeNothingAway() throws IOException {
    anAttemptThatWasKilled();
    MemoryDisk other = anotherStore();
    copyIn(other, 5);
    copyIn(other, 6);
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk));
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(7, writer.attempt());
      assertEquals(4, version.number());
      assertEquals(List.of(), writer.rejections());
      assertEquals(List.of(), Verifier.verify(STORE, disk).findings());
    }
  }

  @Test
  void newest_recordOfAnotherStoreBeforeTheFirstVersion_isABeginning() throws IOException {
    TestStores.open(disk).close();
    copyIn(anotherStore(), 2);
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      assertTrue(writer.newest().isEmpty());
      job.advance();
      assertEquals(4, committed(job.commit(writer, false)).number());
    }
  }

  /** OPEN 1, the full versions 2 and 3, and the versions 4 and 5 that need the latter. */
  private void aChain() {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(9);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      for (int i = 0; i < 4; i++) {
        job.advance();
        committed(job.commit(writer, i == 0));
      }
    }
  }

  @Test
  void contents_fileThatVersionsNeedLost_namesItAndThem() throws IOException {
    aChain();
    Store store = Store.open(STORE, disk);
    assertEquals(Set.of(), store.contents(r -> r).unusable());
    disk.delete(LAYOUT.record(3));
    Contents<Long> contents = store.contents(StoreRecord::number);
    assertEquals(List.of(1L, 2L, 4L, 5L), contents.records());
    assertEquals(List.of(3L), contents.missing().stream().map(r -> r.number()).toList());
    assertEquals(Set.of(4L, 5L), contents.unusable());
    try (StoredVersion version = store.newest().orElseThrow()) {
      assertEquals(2, version.number());
    }
    String why = store.rejections().getFirst().why();
    String told = LAYOUT.record(5) + ": it needs " + LAYOUT.record(3) + ", which is missing";
    assertTrue(why.contains(told), why);
  }

  @Test
  void contents_fileThatVersionsNeedDamaged_namesThem() {
    aChain();
    byte[] bytes = disk.bytes(LAYOUT.record(3)).clone();
    bytes[3] ^= 1;
    disk.setBytes(LAYOUT.record(3), bytes);
    Contents<Long> contents = Store.open(STORE, disk).contents(StoreRecord::number);
    assertEquals(List.of(), contents.missing());
    assertEquals(Set.of(4L, 5L), contents.unusable());
  }

  /** Of its file the others need the blocks, not what it says of itself. */
  @Test
  void contents_sectionsDamagedOfAFileThatVersionsNeed_areNothingToThem() throws IOException {
    aChain();
    byte[] bytes = disk.bytes(LAYOUT.record(3)).clone();
    bytes[bytes.length - 200] ^= 1;
    disk.setBytes(LAYOUT.record(3), bytes);
    Store store = Store.open(STORE, disk);
    assertEquals(Set.of(), store.contents(r -> r).unusable());
    assertEquals(List.of(2L, 4L, 5L), Verifier.verify(STORE, disk).usable());
    store.newest().orElseThrow().close();
  }

  @Test
  void newest_recordOfAnotherStoreUnderAFalseNumber_meansNothing() throws IOException {
    anAttemptThatWasKilled();
    copyIn(anotherStore(), 2, 15);
    Store store = Store.open(STORE, disk);
    store.newest().orElseThrow().close();
    assertEquals(List.of(), store.rejections());
    assertEquals(List.of(), Verifier.verify(STORE, disk).findings());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk));
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(4, version.number());
      assertEquals(List.of(), writer.rejections());
    }
  }

  @Test
  void contents_recordOfTheAttemptLostOrAnotherStores_isMissing() throws IOException {
    anAttemptThatWasKilled();
    disk.delete(LAYOUT.record(1));
    Store store = Store.open(STORE, disk);
    assertTrue(store.contents(r -> r).missing().getFirst().why().contains("as their OPEN"));
    copyIn(anotherStore(), 1);
    Contents<StoreRecord> contents = store.contents(r -> r);
    assertTrue(contents.missing().getFirst().why().contains("another store in its place"));
    assertEquals(Set.of(), contents.unusable());
  }

  @Test
  void ledger_fileCopiedIntoTheLog_isNoSignOfLife() throws IOException {
    anAttemptThatWasKilled();
    OptionalLong none = OptionalLong.empty();
    Log log = Log.list(disk, LAYOUT);
    long before = History.lastSignOfLifeEpochMs(disk, LAYOUT, Id128.NONE, log, none);
    disk.touch(LAYOUT.record(4));
    assertEquals(before, History.lastSignOfLifeEpochMs(disk, LAYOUT, Id128.NONE, log, none));
  }

  @Test
  void commit_nameOfTheNewestCannotBeMade_isAcknowledged() throws IOException {
    anAttemptThatWasKilled();
    disk.delete(LAYOUT.newest(4));
    disk.createDirectory(LAYOUT.newest(6), Disk.Access.OWNER);
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      writer.newest().orElseThrow().close();
      job.advance();
      committed(job.commit(writer, true));
    }
  }

  @Test
  void open_everyRecordLost_isRefusedAndMakesNone() throws IOException {
    oneVersionAndAnAttemptAfterIt();
    for (String name : List.copyOf(disk.list(LAYOUT.log()))) {
      disk.delete(LAYOUT.log().resolve(name));
    }
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(STORE, disk).outcome());
    assertThrows(NoUsableVersionException.class, () -> Store.open(STORE, disk).newest());
    var refused = assertThrows(NoUsableVersionException.class, () -> TestStores.open(disk).close());
    assertTrue(refused.getMessage().contains("HOLDFAST_FRESH=1"), refused::toString);
    assertEquals(List.of(), disk.list(LAYOUT.log()));
  }

  @Test
  void newest_attemptsWithoutAVersion_areABeginning() {
    for (int attempt = 0; attempt < 3; attempt++) {
      try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
        assertTrue(writer.newest().isEmpty());
      }
    }
  }

  @Test
  void pin_versionThatDoesNotRestore_isRefused() {
    oneVersionAndAnAttemptAfterIt();
    Store store = Store.open(STORE, disk);
    int at;
    try (StoredVersion version = store.version(2)) {
      at = (int) version.index().offset(0);
    }
    disk.bytes(LAYOUT.record(2))[at] ^= 1;
    assertThrows(DamagedException.class, () -> Pins.pin(store, disk, 2));
    assertTrue(Pins.of(store, disk).isEmpty());
  }

  @Test
  void verify_pinnedVersionLost_isReported() throws IOException {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(9);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
    }
    Pins.pin(Store.open(STORE, disk), disk, 2);
    assertEquals(List.of(), Verifier.verify(STORE, disk).findings());
    disk.delete(LAYOUT.record(2));
    assertEquals(1, Verifier.verify(STORE, disk).findings().size());
  }

  @Test
  void version_numberOfAnotherRecord_isNotThereAndNotDamaged() {
    oneVersionAndAnAttemptAfterIt();
    Store store = Store.open(STORE, disk);
    var missing = assertThrows(NoUsableVersionException.class, () -> store.version(1));
    assertTrue(missing.getMessage().contains("there is no version 1"), missing::toString);
  }

  private void loseLog() throws IOException {
    for (String name : List.copyOf(disk.list(LAYOUT.log()))) {
      disk.delete(LAYOUT.log().resolve(name));
    }
    disk.delete(LAYOUT.log());
  }

  @Test
  void open_logLost_isNoUsableVersionForEverybody() throws IOException {
    oneVersionAndAnAttemptAfterIt();
    loseLog();
    List<Executable> all =
        List.of(
            () -> TestStores.open(disk).close(),
            () -> Store.open(STORE, disk),
            () -> Verifier.verify(STORE, disk),
            () -> Repair.plan(STORE, disk, VerifyOptions.ALL));
    for (Executable one : all) {
      var refused = assertThrows(NoUsableVersionException.class, one);
      assertTrue(refused.getMessage().contains("lost its directory log"), refused::toString);
      assertTrue(refused.getMessage().contains("HOLDFAST_FRESH=1"), refused::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fresh_recordsLost_setsTheRestAsideAndBegins(boolean logToo) throws IOException {
    oneVersionAndAnAttemptAfterIt();
    loseLog();
    if (!logToo) {
      disk.createDirectory(LAYOUT.log(), Disk.Access.OWNER);
    }
    TestStores.Options options = new TestStores.Options();
    options.fresh = true;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      assertTrue(writer.newest().isEmpty());
    }
    Path aside = STORE.resolveSibling(STORE.getFileName() + ".old-1");
    assertTrue(disk.list(aside).contains("HOLDFAST"), disk.list(aside)::toString);
    options.mustExist = true; // restarted by the scheduler: it goes on, and there is nothing
    loseLog();
    assertThrows(
        NoUsableVersionException.class, () -> StoreWriter.open(STORE, options.on(disk)).close());
  }

  @Test
  void open_signpostOfAnotherStore_saysSoAndChangesNothing() throws IOException {
    oneVersionAndAnAttemptAfterIt();
    byte[] foreign = Signpost.encode(Id128.random());
    disk.delete(LAYOUT.signpost());
    try (DiskFile file = disk.create(LAYOUT.signpost(), Disk.Access.OWNER)) {
      file.writeFully(ByteBuffer.wrap(foreign), 0);
    }
    List<Executable> all =
        List.of(
            () -> TestStores.open(disk).close(),
            () -> Store.open(STORE, disk),
            () -> Repair.apply(STORE, disk, VerifyOptions.ALL));
    for (Executable one : all) {
      var refused = assertThrows(NoUsableVersionException.class, one);
      assertTrue(refused.getMessage().contains("another store"), refused::toString);
      assertTrue(refused.getMessage().contains("move HOLDFAST away"), refused::toString);
    }
    disk.delete(LAYOUT.signpost()); // the remedy
    assertEquals(1, Repair.apply(STORE, disk, VerifyOptions.ALL).steps().size());
    assertEquals(Outcome.CLEAN, Verifier.verify(STORE, disk).outcome());
  }
}
