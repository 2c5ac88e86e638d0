// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.CommitResult.Failed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures that need a certain moment; FaultSweepTest has every failure at every moment. */
class FailingDiskTest {
  private final MemoryDisk memory = new MemoryDisk();
  private final FaultyDisk disk = new FaultyDisk(memory);

  /** What a machine finds that lost power: no name and no byte that was not synced. */
  private static void assertRestorableAfterPowerLoss(
      MemoryDisk memory, TestJob job, Committed newest, String how) {
    MemoryDisk after = memory.afterPowerLoss();
    try (StoreWriter next = StoreWriter.open(STORE, TestStores.takingOver(after));
        StoredVersion version = next.newest().orElseThrow()) {
      assertTrue(version.number() >= newest.number(), how);
      job.assertMatches(version);
      assertEquals(List.of(), next.rejections(), how);
    }
    VerifyReport report = Verifier.verify(STORE, after);
    assertEquals(report.versions(), report.usable(), how + ": " + report);
    assertEquals(List.of(), report.findings(), how);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void commit_shortWrites_writesEveryByte(int bytesPerWrite) {
    disk.writeAtMost(bytesPerWrite);
    TestJob job = new TestJob(13);
    try (StoreWriter writer = TestStores.open(disk)) {
      job.advance();
      committed(job.commit(writer, false));
      try (StoredVersion version = writer.newest().orElseThrow()) {
        job.assertMatches(version);
      }
    }
  }

  @Test
  void commit_linkDoneButReportedAsFailed_isAcknowledged() {
    TestJob job = new TestJob(14);
    try (StoreWriter writer = TestStores.open(disk)) {
      disk.failAfterwards(EnumSet.of(Op.LINK), 0, Errno.EIO);
      job.advance();
      assertEquals(2, committed(job.commit(writer, false)).number());
    }
  }

  @Test
  void open_linkDoneButReportedAsFailed_isTheHolder() {
    disk.failAfterwards(EnumSet.of(Op.LINK), 1, Errno.EIO);
    try (StoreWriter writer = TestStores.open(disk)) {
      assertEquals(1, writer.attempt());
    }
    assertTrue(disk.met());
  }

  @Test
  void commit_directorySyncFails_isNotAcknowledgedAndTheNextOpensAgain() throws IOException {
    TestJob job = new TestJob(15);
    try (StoreWriter writer = TestStores.open(disk)) {
      job.advance();
      committed(job.commit(writer, false));
      job.advance();
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      Failed failed = assertInstanceOf(Failed.class, job.commit(writer, false));
      assertTrue(failed.message().contains("not known"), failed.message());
      job.advance();
      Committed next = committed(job.commit(writer, false));
      assertEquals(5, next.number(), "OPEN 1, versions 2 and 3, OPEN 4");
      assertEquals(4, writer.attempt());
      assertRestorableAfterPowerLoss(memory, job, next, "opened again");
    }
  }

  @Test
  void commit_directorySyncFailsAgainAndAgain_isNeverFencedByItself() {
    TestJob job = new TestJob(16);
    try (StoreWriter writer = TestStores.open(disk)) {
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, true);
      for (int i = 0; i < 3; i++) {
        job.advance();
        assertInstanceOf(Failed.class, job.commit(writer, false));
      }
      disk.heal();
      job.advance();
      committed(job.commit(writer, false));
    }
  }

  @Test
  void commit_noSpaceUntilAnOldVersionIsDeleted_makesRoomAndSucceeds() throws IOException {
    TestJob job = new TestJob(17);
    TestStores.Options wasteful = new TestStores.Options();
    wasteful.keep = KeepRules.last(30);
    try (StoreWriter writer = StoreWriter.open(STORE, wasteful.on(disk))) {
      for (int i = 0; i < 20; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      int before = memory.list(STORE.resolve("log")).size();
      disk.failOnly(Set.of(Op.WRITE), 0, Errno.ENOSPC, false);
      job.advance();
      committed(job.commit(writer, false));
      assertTrue(memory.list(STORE.resolve("log")).size() < before);
      assertTrue(wasteful.told.toString().contains("no space left"), wasteful.told.toString());
      assertEquals(VerifyReport.Outcome.CLEAN, Verifier.verify(STORE, memory).outcome());
    }
  }

  @Test
  void prune_interruptedAtEveryOperation_isFinishedByTheNext() {
    boolean met = true;
    for (int k = 0; met; k++) {
      met = new FailingDiskTest().pruneInterruptedAt(k);
    }
  }

  private boolean pruneInterruptedAt(int k) {
    TestJob job = new TestJob(18);
    try (StoreWriter writer = TestStores.open(disk)) {
      for (int i = 0; i < 3; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
      disk.failOnly(EnumSet.of(Op.RENAME, Op.DELETE), k, Errno.EIO, true);
      job.advance();
      committed(job.commit(writer, true));
      boolean met = disk.met();
      disk.heal();
      job.advance();
      Committed newest = committed(job.commit(writer, true));
      assertRestorableAfterPowerLoss(memory, job, newest, "prune interrupted at " + k);
      VerifyReport report = Verifier.verify(STORE, memory);
      assertEquals(List.of(5L, 6L), report.versions(), "two families of one full version");
      assertTrue(report.notes().stream().noneMatch(note -> note.what().contains("deleted")));
      return met;
    }
  }
}
