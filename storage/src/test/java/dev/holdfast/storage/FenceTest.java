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
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
  void lookForSuccessor_whileAVersionIsBeingWritten_namesIt_andTheRestIsNotWritten()
      throws Exception {
    BlockingDisk blocking = new BlockingDisk(memory);
    try (StoreWriter old = StoreWriter.open(STORE, TestStores.on(blocking))) {
      job.advance();
      committed(job.commit(old, false));
      blocking.block();
      job.advance();
      CompletableFuture<CommitResult> commit =
          CompletableFuture.supplyAsync(() -> job.commit(old, true));
      blocking.awaitBlocked();
      assertTrue(old.lookForSuccessor().isEmpty());
      takeOver().close();
      assertTrue(old.lookForSuccessor().orElseThrow().contains(pid()));
      assertFalse(commit.isDone());
      blocking.release();
      assertInstanceOf(Fenced.class, commit.get(60, TimeUnit.SECONDS));
      assertTrue(blocking.writes() <= 2, "it went on after the extent that was being written");
    }
  }

  /** Blocks the first write to a new file of the log, from {@link #block} to {@link #release}. */
  private static final class BlockingDisk extends ForwardingDisk {
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger writes = new AtomicInteger();
    private volatile boolean blocking;

    BlockingDisk(MemoryDisk below) {
      super(below);
    }

    @Override
    public DiskFile create(Path file, Access access) throws IOException {
      DiskFile below = super.create(file, access);
      return !blocking
          ? below
          : (DiskFile)
              Proxy.newProxyInstance(
                  DiskFile.class.getClassLoader(),
                  new Class<?>[] {DiskFile.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("writeFully")) {
                      writes.incrementAndGet();
                      blocked.countDown();
                      released.await();
                    }
                    return method.invoke(below, arguments);
                  });
    }

    void block() {
      blocking = true;
    }

    void awaitBlocked() throws InterruptedException {
      assertTrue(blocked.await(60, TimeUnit.SECONDS));
    }

    void release() {
      released.countDown();
    }

    int writes() {
      return writes.get();
    }
  }

  @Test
  void lookForSuccessor_atAnyMomentOfOpeningAgain_isNotFooledByItsOwnRecords() {
    StoreWriter[] writer = new StoreWriter[1];
    int[] looks = {0};
    ForwardingDisk looking =
        new ForwardingDisk(disk) {
          private void look() {
            if (writer[0] != null) {
              looks[0]++;
              assertEquals(Optional.empty(), writer[0].lookForSuccessor());
            }
          }

          @Override
          public void link(Path existing, Path name) throws IOException {
            super.link(existing, name);
            look();
          }

          @Override
          public void syncDirectory(Path directory) throws IOException {
            look();
            super.syncDirectory(directory);
            look();
          }

          @Override
          public void delete(Path file) throws IOException {
            look();
            super.delete(file);
            look();
          }
        };
    try (StoreWriter writing = StoreWriter.open(STORE, TestStores.on(looking))) {
      writer[0] = writing;
      for (int round = 0; round < 3; round++) {
        job.advance();
        long before = committed(job.commit(writing, false)).number();
        disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, true);
        job.advance();
        assertInstanceOf(Failed.class, job.commit(writing, false));
        assertInstanceOf(Failed.class, job.commit(writing, false), "nor can it open again");
        disk.heal();
        job.advance();
        assertTrue(committed(job.commit(writing, false)).number() > before + 2);
        assertEquals(Optional.empty(), writing.lookForSuccessor());
      }
      assertTrue(looks[0] > 40, "looked only " + looks[0] + " times");
      takeOver().close();
      assertTrue(writing.lookForSuccessor().isPresent());
    }
  }

  @Test
  void end_overtakenByASuccessor_isNotWrittenAndNamesIt() {
    try (StoreWriter old = TestStores.open(disk)) {
      takeOver().close();
      assertFalse(old.end(TestStores.ended(EndCause.COMPLETE)));
      assertTrue(old.fencedBy().orElseThrow().contains(pid()));
    }
  }

  @Test
  void end_afterAnUnknownOutcomeAndASuccessor_namesIt() {
    try (StoreWriter old = TestStores.open(disk)) {
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      job.advance();
      assertInstanceOf(Failed.class, job.commit(old, false));
      disk.heal();
      takeOver().close();
      assertFalse(old.end(TestStores.ended(EndCause.STOPPED)));
      assertTrue(old.fencedBy().isPresent());
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
      Opener.writeRecord(
          file, header, new AttemptInfo.Opened(far, Ledger.begin(1), Map.of()), Keys.NONE);
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
  void open_givenUpWhileItWaits_endsWithinASecondAndLeavesNothing() throws IOException {
    FakeTime time = new FakeTime();
    TestStores.Options options = new TestStores.Options();
    options.time = time;
    openFromFarAway(options);
    int[] pauses = {0};
    time.whileWaiting(() -> pauses[0]++);
    List<String> before = memory.list(new StoreLayout(STORE).log());
    StoreOptions given =
        options
            .on(memory)
            .withStop(() -> pauses[0] < 7 ? Optional.empty() : Optional.of("SIGTERM"));
    OpeningStoppedException stopped =
        assertThrows(OpeningStoppedException.class, () -> StoreWriter.open(STORE, given));
    assertTrue(stopped.getMessage().startsWith("given up (SIGTERM) while waiting for " + STORE));
    assertEquals(7, pauses[0]);
    assertEquals(before, memory.list(new StoreLayout(STORE).log()));
    StoreWriter.open(STORE, options.on(memory)).close();
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
