// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.PrunePlan.Reason.Why;
import dev.holdfast.storage.PrunePlan.Version;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deleting versions from outside, beside writers and readers, and with a disk that fails. */
@Execution(ExecutionMode.CONCURRENT)
class StorePrunerTest {
  private static final int OPERATIONS_MAX = 2_000;

  private final MemoryDisk memory = new MemoryDisk();
  private final StoreLayout layout = new StoreLayout(STORE);
  private final TestJob job = new TestJob(71, 12, false);

  private static StoreOptions keeping(Disk disk, int versions) {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(versions);
    options.breakLock = true;
    return options.on(disk);
  }

  private static StorePruner pruner(Disk disk) {
    return new StorePruner(Store.open(STORE, disk), disk, new FakeTime());
  }

  private static PrunePlan prune(Disk disk) {
    return pruner(disk).prune(KeepRules.last(1), true);
  }

  private void commit(StoreWriter writer, int versions) {
    for (int i = 0; i < versions; i++) {
      job.advance();
      committed(job.commit(writer, false));
    }
  }

  /** A store at rest with more versions than anybody needs. */
  private void rest(int versions) {
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(memory, 100))) {
      commit(writer, versions);
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
  }

  private static List<Long> numbers(List<Version> versions) {
    return versions.stream().map(Version::number).toList();
  }

  /** Every version in the log can be restored, two share no file, and the newest is the job's. */
  private void assertSound(Disk disk, String how) {
    TestStores.assertSound(disk, job, how);
    try (StoredVersion newest = Store.open(STORE, disk).newest().orElseThrow()) {
      assertEquals(job.step(), newest.info().state().step(), how);
    }
  }

  @Test
  void plan_deletesNothing_andIsWhatPruneDoes() {
    rest(20);
    FaultyDisk watched = new FaultyDisk(memory);
    PrunePlan plan = pruner(watched).plan(KeepRules.last(2), true);
    for (String operation : watched.trace()) {
      assertTrue(operation.matches("(LIST|OPEN|SIZE|READ|FACTS|REAL_PATH) .*"), operation);
    }
    assertEquals(plan, pruner(memory).prune(KeepRules.last(2), true));
    assertFalse(plan.goes().isEmpty());
    VerifyReport left = Verifier.verify(STORE, memory);
    assertEquals(numbers(plan.stays()), left.versions());
    assertEquals(Why.NEWEST, plan.stays().getLast().reason().why());
    assertSound(memory, "after the prune");
    prune(memory);
    assertEquals(List.of(), prune(memory).goes());
  }

  @Test
  void prune_pinned_staysUntilThePinIsTakenAway() {
    rest(20);
    Store store = Store.open(STORE, memory);
    Pins.pin(store, memory, 5);
    Pins.pin(store, memory, 5);
    assertEquals(Set.of(5L), Pins.of(store, memory));
    assertTrue(numbers(prune(memory).stays()).contains(5L));
    try (StoredVersion pinned = store.version(5)) {
      job.assertMatches(pinned);
    }
    assertTrue(Pins.unpin(store, memory, 5));
    assertFalse(Pins.unpin(store, memory, 5));
    assertTrue(numbers(prune(memory).goes()).contains(5L));
    assertThrows(NoUsableVersionException.class, () -> Pins.pin(store, memory, 5));
    assertEquals(Set.of(), Pins.of(store, memory));
  }

  @Test
  void prune_recordUnreadable_isRefused() {
    rest(20);
    memory.bytes(layout.record(3))[40] ^= 1;
    DamagedException refused = assertThrows(DamagedException.class, () -> prune(memory));
    assertTrue(refused.getMessage().contains("holdfast verify"), refused::getMessage);
    assertEquals(20 + 2, memory.files(layout.log()).size());
  }

  /** A repair may find the lost bytes in any version, so none goes: not even the damaged one. */
  @Test
  void prune_whatItCountsOnIsDamaged_deletesNothing() {
    rest(20);
    List<Path> before = memory.files(layout.log());
    PrunePlan sound = pruner(memory).plan(KeepRules.last(1), true);
    for (Why counted : List.of(Why.NEWEST, Why.SPARE)) {
      long number =
          sound.stays().stream()
              .filter(version -> version.reason().why() == counted)
              .findFirst()
              .orElseThrow()
              .number();
      int bad = damageABlockOf(number);
      PrunePlan plan = prune(memory);
      assertEquals(List.of(), plan.goes());
      assertEquals(number, plan.damaged().getFirst().number(), plan::toString);
      assertEquals(before, memory.files(layout.log()));
      memory.bytes(layout.record(number))[bad] ^= 1;
    }
    assertEquals(sound, prune(memory));
  }

  private int damageABlockOf(long number) {
    try (StoredVersion version = Store.open(STORE, memory).version(number)) {
      int own = 0;
      while (version.index().file(own) != 0 || version.index().storedBytes(own) == 0) {
        own++;
      }
      int bad = (int) version.index().offset(own);
      memory.bytes(layout.record(number))[bad] ^= 1;
      return bad;
    }
  }

  @Test
  void prune_writerWithoutItsFirstVersion_isRefusedUntilItHasOne() {
    rest(20);
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(memory, 100));
        StoredVersion from = writer.newest().orElseThrow()) {
      StoreHeldException held = assertThrows(StoreHeldException.class, () -> prune(memory));
      assertTrue(held.getMessage().contains("after its first version"), held::getMessage);
      assertEquals(20 + 3, memory.files(layout.log()).size());
      job.restore(from);
      writer.resume(from);
      commit(writer, 1);
      assertFalse(prune(memory).goes().isEmpty());
      commit(writer, 3);
      assertSound(memory, "after three more");
    }
    // The writer of this process is certainly gone now, though it has not said that it ended.
    prune(memory);
    assertSound(memory, "after the writer has gone");
  }

  @Test
  void prune_writerThatDoesNotKnowItsNewest_leavesWhatThatFollows() throws IOException {
    FaultyDisk disk = new FaultyDisk(memory);
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(disk, 100))) {
      commit(writer, 20);
      long before = Store.open(STORE, memory).heads(0).getLast().number();
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      job.advance();
      assertInstanceOf(CommitResult.Failed.class, job.commit(writer, false));
      disk.heal();
      assertEquals(before + 1, Log.list(memory, layout).highest(), "it is there all the same");
      PrunePlan plan = pruner(memory).prune(KeepRules.last(1), false);
      assertTrue(numbers(plan.stays()).contains(before), plan::toString);
      job.advance();
      committed(job.commit(writer, false));
      VerifyReport report = Verifier.verify(STORE, memory);
      assertEquals(Outcome.CLEAN, report.outcome(), report::toString);
    }
  }

  /** {@link FaultSweepTest} has the other errors, and prunes of a writer. */
  @ParameterizedTest
  @EnumSource(names = {"EIO", "ENOSPC", "NO_HEAP"})
  void prune_failingAtEveryOperation_leavesEveryVersionSoundAndCanBeRepeated(Errno errno) {
    rest(12);
    for (boolean always : new boolean[] {false, true}) {
      boolean met = true;
      for (int k = 0; met; k++) {
        assertTrue(k < OPERATIONS_MAX, "a prune never needs so many operations");
        String how = errno + (always ? " from " : " at ") + k;
        MemoryDisk copy = memory.copy();
        FaultyDisk disk = new FaultyDisk(copy);
        disk.failAt(k, errno, always);
        try {
          prune(disk);
        } catch (StoreException | OutOfMemoryError e) {
          assertFalse(String.valueOf(e.getMessage()).isEmpty(), how);
        }
        met = disk.met();
        assertSound(copy, how);
        assertSound(copy.afterPowerLoss(), how + ", and the power failed");
        PrunePlan rest = prune(copy);
        assertEquals(numbers(rest.stays()), Verifier.verify(STORE, copy).versions(), how);
        assertEquals(rest.stays().size() + 2, copy.files(layout.log()).size(), how);
        assertSound(copy, how + ", repeated");
      }
    }
  }

  /** Runs something else before the k-th operation of a prune. */
  private static Disk interrupted(Disk below, int k, Runnable meanwhile) {
    int[] count = {0};
    boolean[] busy = {false};
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, called, arguments) -> {
              if (!busy[0] && count[0]++ == k) {
                busy[0] = true;
                meanwhile.run();
                busy[0] = false;
              }
              try {
                return called.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  /** What others may do while a prune is at work. */
  enum Meanwhile {
    COMMIT,
    COMMIT_FULL,
    OPEN_AND_FALL_BACK,
    PIN,
    RESTORE,
    PRUNE
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PIN")
  void prune_interruptedByOthersAtEveryOperation_leavesEveryVersionSound(Meanwhile what) {
    int k = 0;
    while (new StorePrunerTest().pruneInterruptedAt(k, what)) {
      k++;
      assertTrue(k < OPERATIONS_MAX, "a prune never needs so many operations");
    }
    assertTrue(k > 30, what + " came in only " + k + " times");
  }

  private boolean pruneInterruptedAt(int k, Meanwhile what) {
    String how = what + " before operation " + k;
    boolean[] met = {false};
    List<StoreWriter> successors = new ArrayList<>();
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(memory, 30))) {
      commit(writer, 12);
      Disk disk =
          interrupted(
              memory,
              k,
              () -> {
                met[0] = true;
                interfere(what, writer, successors, how);
              });
      try {
        prune(disk);
      } catch (StoreHeldException e) {
        assertEquals(Meanwhile.OPEN_AND_FALL_BACK, what, how);
      }
      assertSound(memory, how);
      commit(successors.isEmpty() ? writer : successors.getFirst(), 3);
      assertSound(memory, how + ", and three versions later");
      prune(memory);
      commit(successors.isEmpty() ? writer : successors.getFirst(), 1);
      assertSound(memory, how + ", pruned again");
    } finally {
      successors.forEach(StoreWriter::close);
    }
    return met[0];
  }

  private void interfere(
      Meanwhile what, StoreWriter writer, List<StoreWriter> successors, String how) {
    switch (what) {
      case COMMIT -> commit(writer, 1);
      case COMMIT_FULL -> {
        for (int i = 0; i < 3; i++) {
          job.advance();
          committed(job.commit(writer, true));
        }
      }
      case OPEN_AND_FALL_BACK -> successors.add(fallBack());
      case PIN -> {
        try {
          Pins.pin(Store.open(STORE, memory), memory, 4);
          pinned = true;
        } catch (NoUsableVersionException e) {
          pinned = false; // too late
        }
      }
      case RESTORE -> {
        try (StoredVersion newest = Store.open(STORE, memory).newest().orElseThrow()) {
          newest.readAll();
          job.assertMatches(newest);
        }
      }
      case PRUNE -> assertFalse(prune(memory).stays().isEmpty(), how);
    }
  }

  private boolean pinned;

  /** Another run takes over and goes on from the oldest version that it finds. */
  private StoreWriter fallBack() {
    StoreWriter successor = StoreWriter.open(STORE, keeping(memory, 30));
    try {
      List<StoredVersion> found = new ArrayList<>();
      for (RecordHead head : Store.open(STORE, memory).heads(0)) {
        if (head.type() == RecordType.VERSION) {
          found.add(Store.open(STORE, memory).version(head.number()));
        }
      }
      StoredVersion oldest = found.getFirst();
      found.subList(1, found.size()).reversed().forEach(v -> successor.reject(v.number(), "why"));
      job.restore(oldest);
      successor.resume(oldest);
      found.forEach(StoredVersion::close);
      job.advance();
      committed(job.commit(successor, false));
      return successor;
    } catch (RuntimeException | Error e) {
      successor.close();
      throw e;
    }
  }

  @Test
  void pin_whileAPruneIsAtWork_holdsOrIsRefused() {
    for (int k = 0; ; k++) {
      StorePrunerTest one = new StorePrunerTest();
      boolean met = one.pruneInterruptedAt(k, Meanwhile.PIN);
      if (!met) {
        assertTrue(k > 30, "only " + k);
        return;
      }
      Store store = Store.open(STORE, one.memory);
      assertEquals(one.pinned ? Set.of(4L) : Set.of(), Pins.of(store, one.memory), "at " + k);
      if (one.pinned) {
        try (StoredVersion version = store.version(4)) {
          one.job.assertMatches(version);
        }
      }
    }
  }

  @Test
  void gone_thatAVersionRefersTo_isNamedAgainByWhoeverComesNext() throws IOException {
    rest(12);
    Retention.Kept some = null;
    for (StoreRecord record : Store.open(STORE, memory).records()) {
      if (record instanceof StoreRecord.VersionRecord version) {
        some = Retention.Kept.of(version.number(), version.info(), version.fileBytes());
      }
    }
    long needed = Objects.requireNonNull(some).refs().iterator().next();
    memory.rename(layout.record(needed), layout.gone(needed, TestStores.TAKING));
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(memory, 100))) {
      job.advance();
      committed(job.commit(writer, true));
    }
    assertTrue(Log.list(memory, layout).numbers().contains(needed));
    assertSound(memory, "named again by a writer");
    memory.rename(layout.record(needed), layout.gone(needed, TestStores.TAKING));
    assertTrue(numbers(pruner(memory).prune(KeepRules.last(100), true).stays()).contains(needed));
    assertSound(memory, "named again by a prune");
    memory.rename(layout.record(2), layout.gone(2, TestStores.TAKING));
    prune(memory);
    assertEquals(Map.of(), Log.list(memory, layout).gone(), "what nobody needs goes");
    assertSound(memory, "in the end");
  }

  /** The whole of it, at once and on a real disk. */
  @Test
  void prune_besideAWriterAndAReader_neverTakesWhatTheyNeed(@TempDir Path temp) throws Exception {
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    String replay = "replay with JVM_ARGS=-Dholdfast.seed=" + seed;
    Path path = temp.toRealPath().resolve("busy.holdfast");
    TestJob busy = new TestJob(seed, 12, true);
    Disk disk = Disk.local();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch pruned = new CountDownLatch(1);
    boolean everPruned;
    try (StoreWriter writer = StoreWriter.open(path, keeping(disk, 25))) {
      busy.advance();
      committed(busy.commit(writer, false));
      AtomicBoolean done = new AtomicBoolean();
      List<Thread> others = new ArrayList<>();
      others.add(
          looping(
              done,
              failures,
              () -> {
                StorePruner pruner = new StorePruner(Store.open(path, disk), disk, Time.SYSTEM);
                try {
                  if (!pruner.prune(KeepRules.last(2), true).goes().isEmpty()) {
                    pruned.countDown();
                  }
                } catch (StoreHeldException e) {
                  // The writer was too quick this time.
                }
              }));
      others.add(
          looping(
              done,
              failures,
              () -> {
                try (StoredVersion newest = Store.open(path, disk).newest().orElseThrow()) {
                  newest.readAll();
                }
              }));
      others.add(
          looping(
              done,
              failures,
              () -> {
                VerifyReport report = Verifier.verify(path, disk);
                assertEquals(List.of(), report.findings(), replay);
                assertTrue(report.usable().size() >= 1, replay);
              }));
      others.forEach(Thread::start);
      for (int i = 0; i < 150; i++) {
        busy.advance();
        committed(busy.commit(writer, false));
      }
      everPruned = false; // at the latest it happens now that nobody writes
      for (int s = 0; s < 300 && !everPruned && failures.isEmpty(); s++) {
        everPruned = pruned.await(1, TimeUnit.SECONDS);
      }
      done.set(true);
      for (Thread other : others) {
        other.join();
      }
    }
    for (Throwable failure : failures) {
      throw new AssertionError(replay, failure);
    }
    assertTrue(everPruned, replay);
    assertEquals(Outcome.CLEAN, Verifier.verify(path, disk).outcome(), replay);
    for (long number : Verifier.verify(path, disk).versions()) {
      try (StoredVersion version = Store.open(path, disk).version(number)) {
        busy.assertMatches(version);
      }
    }
  }

  private static Thread looping(AtomicBoolean done, List<Throwable> failures, Runnable round) {
    return new Thread(() -> {
      try {
        while (!done.get() && failures.isEmpty()) {
          round.run();
        }
      } catch (Throwable e) {
        failures.add(e);
      }
    });
  }
}
