// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Failed;
import dev.holdfast.storage.CommitResult.Fenced;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One writer at a time; a second one takes over, and the first never acknowledges again. */
class FenceTest {
  private final MemoryDisk memory = new MemoryDisk();
  private final FaultyDisk disk = new FaultyDisk(memory);
  private final TestJob job = new TestJob(21);

  private StoreWriter takeOver() {
    return StoreWriter.open(STORE, TestStores.takingOver(memory));
  }

  /** Both runs of these tests are this process. */
  private static String pid() {
    return "process " + ProcessHandle.current().pid();
  }

  @Test
  void commit_afterASuccessorOpened_isFencedForEver() {
    try (StoreWriter old = TestStores.open(disk)) {
      job.advance();
      long last = committed(job.commit(old, false)).number();
      try (StoreWriter successor = takeOver()) {
        job.advance();
        assertTrue(assertInstanceOf(Fenced.class, job.commit(old, false)).by().contains(pid()));
        assertInstanceOf(Fenced.class, job.commit(old, false));
        assertFalse(old.end(TestStores.ended(EndCause.STOPPED)));
        try (StoredVersion version = successor.newest().orElseThrow()) {
          assertEquals(last, version.number());
          job.restore(version);
          successor.resume(version);
        }
        job.advance();
        committed(job.commit(successor, false));
      }
    }
  }

  @Test
  void commit_successorOpensBetweenLinkAndList_isNotAcknowledgedOrIsInItsHistory() {
    StoreWriter[] successor = new StoreWriter[1];
    MemoryDiskWithPause pausing =
        new MemoryDiskWithPause(
            memory, "LINK 0000000000000003.hf", () -> successor[0] = takeOver());
    try (StoreWriter old = StoreWriter.open(STORE, TestStores.on(pausing))) {
      job.advance();
      committed(job.commit(old, false));
      job.advance();
      CommitResult result = job.commit(old, false);
      assertInstanceOf(Fenced.class, result);
      try (StoreWriter next = successor[0];
          StoredVersion version = next.newest().orElseThrow()) {
        assertEquals(3, version.number(), "linked before the successor listed");
        job.assertMatches(version);
      }
    }
  }

  /** Runs something once, right after an operation. */
  private static class MemoryDiskWithPause extends ForwardingDisk {
    private final String after;
    private final Runnable action;
    private boolean done;

    MemoryDiskWithPause(MemoryDisk below, String after, Runnable action) {
      super(below);
      this.after = after;
      this.action = action;
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      super.link(existing, name);
      if (!done && after.equals("LINK " + name.getFileName())) {
        done = true;
        action.run();
      }
    }
  }

  @Test
  void lookForSuccessor_afterATakeOver_namesIt() {
    try (StoreWriter old = TestStores.open(disk)) {
      assertTrue(old.lookForSuccessor().isEmpty());
      job.advance();
      committed(job.commit(old, false));
      assertTrue(old.lookForSuccessor().isEmpty());
      takeOver().close();
      assertTrue(old.lookForSuccessor().orElseThrow().contains(pid()));
      assertInstanceOf(Fenced.class, job.commit(old, false));
    }
  }

  @Test
  void commit_afterAnUnknownOutcomeAndASuccessorThatEnded_isFenced() {
    try (StoreWriter old = TestStores.open(disk)) {
      job.advance();
      committed(job.commit(old, false));
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      job.advance();
      assertInstanceOf(Failed.class, job.commit(old, false));
      disk.heal();
      try (StoreWriter successor = takeOver()) {
        assertTrue(successor.end(TestStores.ended(EndCause.STOPPED)));
      }
      assertInstanceOf(Fenced.class, job.commit(old, false), "the END is not an invitation");
    }
  }

  @Test
  void open_whileThisProcessHoldsTheStore_isRefusedNamingIt() {
    try (StoreWriter holder = TestStores.open(disk)) {
      StoreHeldException held = assertThrows(StoreHeldException.class, () -> TestStores.open(disk));
      long pid = ProcessHandle.current().pid();
      assertTrue(held.getMessage().contains("process " + pid), held.getMessage());
      assertTrue(held.getMessage().contains("HOLDFAST_BREAK_LOCK=1"), held.getMessage());
      assertEquals(1, holder.attempt());
    }
  }

  @Test
  void open_afterTheHolderClosedOrEnded_takesOverAtOnce() {
    TestStores.open(disk).close();
    try (StoreWriter second = TestStores.open(disk)) {
      assertTrue(second.end(TestStores.ended(EndCause.COMPLETE)));
    }
    try (StoreWriter third = TestStores.open(disk)) {
      assertEquals(4, third.attempt());
      assertTrue(third.complete());
      assertTrue(third.previousGone());
    }
  }

  /** A holder on another host, of which nothing can be known from here. */
  private void openFromFarAway(TestStores.Options options) throws IOException {
    TestStores.open(memory).close();
    StoreLayout layout = new StoreLayout(STORE);
    FileHeader header;
    try (RecordFile first = RecordFile.open(memory, layout, 1)) {
      header = FileHeader.of(RecordType.OPEN, 1, first.header().storeId(), 2, 2, 5);
    }
    Holder far = new Holder("n002", "boot", "pid:[1]", 4711, 99, "ada", "", "", 0);
    try (var file = memory.create(layout.record(2), Access.OWNER)) {
      Opener.writeRecord(file, header, new AttemptInfo.Opened(far, Ledger.begin(1), Map.of()));
    }
    options.on(memory);
  }

  @Test
  void open_holderFarAwayAndSilent_takesOverAfter150Seconds() throws IOException {
    TestStores.Options options = new TestStores.Options();
    openFromFarAway(options);
    long before = options.time.nanoTime();
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(memory))) {
      assertEquals(3, writer.attempt());
    }
    long waited = options.time.nanoTime() - before;
    assertEquals(Duration.ofSeconds(150), Duration.ofNanos(waited));
    assertTrue(options.told.getFirst().contains("process 4711 of ada on n002"));
  }

  @Test
  void open_holderFarAwayThatShowsLife_isRefused() throws IOException {
    FakeTime time = new FakeTime();
    TestStores.Options options = new TestStores.Options();
    options.time = time;
    openFromFarAway(options);
    int[] pauses = {0};
    time.whileWaiting(() -> {
      if (++pauses[0] == 100) {
        try {
          memory.touch(new StoreLayout(STORE).alive());
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    });
    StoreHeldException held =
        assertThrows(StoreHeldException.class, () -> StoreWriter.open(STORE, options.on(memory)));
    assertTrue(held.getMessage().contains("shown life"), held.getMessage());
    assertEquals(100, pauses[0]);
  }

  @Test
  void open_breakingTheLock_waitsForNobody() throws IOException {
    TestStores.Options options = new TestStores.Options();
    openFromFarAway(options);
    options.breakLock = true;
    long before = options.time.nanoTime();
    StoreWriter.open(STORE, options.on(memory)).close();
    assertEquals(before, options.time.nanoTime());
  }

  @Test
  void open_twoProcessesMakeOneStoreAtOnce_haveOneIdentityAndHistory() {
    StoreWriter[] first = new StoreWriter[1];
    MemoryDiskWithPause pausing =
        new MemoryDiskWithPause(memory, "never", () -> {}) {
          @Override
          public void link(Path existing, Path name) throws IOException {
            if (name.endsWith("HOLDFAST")) {
              first[0] = TestStores.open(memory);
              job.advance();
              committed(job.commit(first[0], false));
            }
            super.link(existing, name);
          }
        };
    try (StoreWriter second = StoreWriter.open(STORE, TestStores.takingOver(pausing));
        StoredVersion version = second.newest().orElseThrow()) {
      job.assertMatches(version);
      first[0].close();
    }
  }
}
