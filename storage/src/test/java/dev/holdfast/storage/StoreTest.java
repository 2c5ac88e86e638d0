// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
}
