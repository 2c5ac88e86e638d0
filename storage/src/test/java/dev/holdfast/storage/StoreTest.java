// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store from its first version to its end, on a real disk. */
class StoreTest {
  @TempDir Path folder;

  private static Committed committed(CommitResult result) {
    return assertInstanceOf(Committed.class, result);
  }

  private StoreWriter open() {
    return StoreWriter.open(folder.resolve("job.holdfast"), StoreOptions.defaults());
  }

  @Test
  void open_newStore_hasNoVersionAndIsHeld() {
    try (StoreWriter writer = open()) {
      assertTrue(writer.newest().isEmpty());
      assertEquals(1, writer.attempt());
      assertTrue(!writer.complete());
    }
  }

  @Test
  void commit_fullsAndDeltas_areRestoredBitForBit() {
    TestJob job = new TestJob(1, 12, false);
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 6; i++) {
        job.advance();
        Committed made = committed(job.commit(writer, false));
        assertEquals(i < 2, made.full(), made.toString());
        try (StoredVersion version = writer.newest().orElseThrow()) {
          assertEquals(made.number(), version.number());
          job.assertMatches(version);
        }
      }
      assertTrue(writer.end(new Ended(EndCause.STOPPED, "asked", 6, Ledger.begin(1))));
    }
    try (StoreWriter again = open();
        StoredVersion version = again.newest().orElseThrow()) {
      assertEquals(6, version.info().state().step());
      job.restore(version);
      again.resume(version);
      job.advance();
      assertTrue(!committed(job.commit(again, false)).full());
      try (StoredVersion next = again.newest().orElseThrow()) {
        job.assertMatches(next);
      }
    }
  }

  @Test
  void commit_regionsThatGrowAndShrink_areRestoredBitForBit() {
    TestJob job = new TestJob(2, 12, true);
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 25; i++) {
        job.advance();
        committed(job.commit(writer, false));
        try (StoredVersion version = writer.newest().orElseThrow()) {
          job.assertMatches(version);
        }
      }
    }
  }

  @Test
  void commit_manyVersions_keepsAboutTwoFamiliesOfFiles() throws IOException {
    TestJob job = new TestJob(3, 40, false);
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 100; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      List<String> names = Disk.local().list(writer.root().resolve("log"));
      assertTrue(names.size() < 75, names.toString());
      try (StoredVersion version = writer.newest().orElseThrow()) {
        job.assertMatches(version);
      }
    }
  }

  @Test
  void commit_onARealDisk_reportsALevelNoHigherThanTheFileSystemAllows() throws IOException {
    TestJob job = new TestJob(4);
    try (StoreWriter writer = open()) {
      boolean memory = Files.getFileStore(folder).type().equals("tmpfs");
      assertEquals(
          memory ? Level.PROCESS : Level.NODE, committed(job.commit(writer, false)).level());
    }
  }

  /** A clock that is set while a job runs, by up to ten years, in either direction. */
  @Test
  void commit_clockThatJumpsByYears_changesNoOrderAndDeletesNoVersionThatIsNeeded() {
    MemoryDisk disk = new MemoryDisk();
    TestJob job = new TestJob(3, 12, false);
    FakeTime time = new FakeTime();
    Random random = new Random(3);
    TestStores.Options options = new TestStores.Options();
    options.time = time;
    for (int attempt = 0; attempt < 6; attempt++) {
      try (StoreWriter writer = StoreWriter.open(TestStores.STORE, options.on(disk))) {
        try (StoredVersion version = writer.newest().orElse(null)) {
          if (version != null) {
            assertEquals(job.step(), version.info().state().step());
            job.restore(version);
            writer.resume(version);
          }
        }
        for (int i = 0; i < 8; i++) {
          time.setTo(1_700_000_000_000L + random.nextLong(-315_000_000_000L, 315_000_000_000L));
          job.advance();
          committed(job.commit(writer, false));
          VerifyReport report = Verifier.verify(TestStores.STORE, disk);
          assertEquals(VerifyReport.Outcome.CLEAN, report.outcome(), report.toString());
          assertEquals(report.versions(), report.usable());
        }
      }
    }
  }

  @Test
  void open_directoryThatCannotBeSynced_lowersTheLevelAndSaysSo() {
    ForwardingDisk unsyncable =
        new ForwardingDisk(new MemoryDisk()) {
          @Override
          public void syncDirectory(Path directory) throws IOException {
            throw new IOException("Invalid argument");
          }
        };
    TestStores.Options options = new TestStores.Options();
    TestJob job = new TestJob(4);
    try (StoreWriter writer = StoreWriter.open(TestStores.STORE, options.on(unsyncable))) {
      assertEquals(Level.PROCESS, writer.level());
      job.advance();
      assertEquals(Level.PROCESS, committed(job.commit(writer, false)).level());
    }
    assertTrue(options.told.toString().contains("not of the node"), options.told.toString());
  }

  @Test
  void commit_fileSystemWithoutHardLinks_publishesByRenameAndSaysSo() throws IOException {
    MemoryDisk memory = new MemoryDisk();
    ForwardingDisk linkless =
        new ForwardingDisk(memory) {
          @Override
          public void link(Path existing, Path name) throws IOException {
            throw new IOException("Operation not supported");
          }
        };
    TestStores.Options options = new TestStores.Options();
    TestJob job = new TestJob(5);
    try (StoreWriter writer = StoreWriter.open(TestStores.STORE, options.on(linkless))) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
    }
    assertTrue(options.told.toString().contains("only one host"), options.told.toString());
    try (StoreWriter writer = TestStores.open(memory);
        StoredVersion version = writer.newest().orElseThrow()) {
      job.assertMatches(version);
    }
  }

  /** A file that another run is still writing must not vanish under it. */
  @Test
  void open_temporaryFilesOfLaterAttempts_areLeftAlone() throws IOException {
    MemoryDisk memory = TestStores.resting(new TestJob(6), 2);
    StoreLayout layout = new StoreLayout(TestStores.STORE);
    memory.create(layout.temporary(9, 1, "1"), Disk.Access.OWNER).close();
    memory.create(layout.temporary(9, 8, "1"), Disk.Access.OWNER).close();
    TestStores.open(memory).close();
    List<String> left = memory.list(layout.log());
    assertFalse(left.contains(layout.temporary(9, 1, "1").getFileName().toString()));
    assertTrue(left.contains(layout.temporary(9, 8, "1").getFileName().toString()));
  }

  /** Such names mean the same on file systems that fold case and under every locale. */
  @Test
  void names_inALog_areLowerCaseAscii() throws IOException {
    MemoryDisk memory = new MemoryDisk();
    FaultyDisk watched = new FaultyDisk(memory);
    TestJob job = new TestJob(7);
    try (StoreWriter writer = TestStores.open(watched)) {
      for (int i = 0; i < 20; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
    }
    for (String operation : watched.trace()) {
      String name = operation.substring(operation.indexOf(' ') + 1);
      boolean ofTheStore =
          name.matches(
              "HOLDFAST|ALIVE|NEWEST-[0-9a-f]{16}|STOP|\\.(HOLDFAST|STOP)-[0-9a-f]{32}\\.tmp");
      assertTrue(ofTheStore || name.matches("[0-9a-z.-]+"), operation);
    }
  }
}
