// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.assertSound;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several that delete versions at once. They take turns at operations on the log, so that one may
 * have looked at it while another one had taken names away, and go on when it has given them back.
 */
@Execution(ExecutionMode.CONCURRENT)
class PruneRaceTest {
  private static final Pattern ON_THE_LOG = Pattern.compile("list log|(rename|delete|link) .*");

  private final MemoryDisk start = new MemoryDisk();
  private final TestJob job = new TestJob(91, 4, false);

  enum Kind {
    /** The run that holds the store: tidies after a version and makes another one. */
    HOLDER,
    /** Takes over, goes on from the newest version and makes some. */
    SUCCESSOR,
    /** Prunes from outside. */
    PRUNER
  }

  @BeforeEach
  void makeStore() {
    try (StoreWriter writer = StoreWriter.open(STORE, keeping(start, 100))) {
      for (int i = 0; i < 7; i++) { // full, full, four deltas to that, full
        job.advance();
        committed(job.commit(writer, i == 6));
      }
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
  }

  /** One goes on until its k-th operation, another until its j-th, then each to its end. */
  @ParameterizedTest
  @CsvSource({
    "HOLDER, SUCCESSOR",
    "HOLDER, PRUNER",
    "SUCCESSOR, HOLDER",
    "SUCCESSOR, PRUNER",
    "PRUNER, HOLDER",
    "PRUNER, SUCCESSOR",
    "PRUNER, PRUNER"
  })
  void prune_besideAnother_withEveryTwoSwitches_leavesEveryVersionSound(Kind first, Kind second)
      throws Exception {
    int races = 0;
    boolean firstSwitched = true;
    for (int k = 1; firstSwitched; k++) {
      boolean secondSwitched = true;
      for (int j = 1; secondSwitched; j++) {
        int[] switchAfter = {k, j};
        Race race =
            new Race(
                List.of(first, second),
                (party, operations) -> operations == switchAfter[party] ? 1 - party : party);
        race.run(first + " until " + k + ", " + second + " until " + j);
        firstSwitched = race.operations(0) >= k;
        secondSwitched = firstSwitched && race.operations(1) >= j;
        races++;
      }
    }
    assertTrue(races > 150, "only " + races);
  }

  @Test
  void prune_ofSeveralThatTakeRandomTurns_leavesEveryVersionSound() throws Exception {
    long seed = Long.getLong("holdfast.seed", new Random().nextLong());
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      double switches = Math.pow(2, -random.nextInt(1, 6));
      List<Kind> kinds = List.of(Kind.values()).subList(0, random.nextInt(2, 4));
      Race race =
          new Race(
              kinds,
              (party, operations) ->
                  random.nextDouble() < switches ? random.nextInt(kinds.size()) : party);
      race.run(i + ", replay with JVM_ARGS=-Dholdfast.seed=" + seed);
    }
  }

  @Test
  void delete_whereOneHasItsNameAgain_leavesWhatItRefersTo() throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    for (long number = 2; number <= 7; number++) {
      if (number != 6) {
        start.rename(layout.record(number), layout.gone(number, TestStores.TAKING));
      }
    }
    NavigableMap<Long, String> gone = Log.list(start, layout).gone();
    gone.put(6L, layout.gone(6, TestStores.TAKING).getFileName().toString());
    assertFalse(new Pruner(start, layout, true).delete(gone));
    VerifyReport report = assertSound(start, job, "6 had its name again");
    assertEquals(List.of(2L, 3L, 4L, 5L, 6L, 8L), report.versions());
  }

  /** A directory may be listed without a file that is renamed meanwhile. */
  @ParameterizedTest
  @EnumSource(names = {"HOLDER", "PRUNER"})
  void prune_thatHasNotSeenARecord_deletesNothingThatItRefersTo(Kind kind) {
    String hidden = new StoreLayout(STORE).record(6).getFileName().toString();
    boolean[] hides = {true};
    Disk disk =
        new ForwardingDisk(start) {
          @Override
          public List<String> list(Path directory) throws IOException {
            return super.list(directory).stream()
                .filter(name -> !hides[0] || !name.equals(hidden))
                .toList();
          }

          @Override
          public void rename(Path from, Path to) throws IOException {
            super.rename(from, to);
            hides[0] &= !to.toString().endsWith(".gone");
          }
        };
    Party party = new Party(kind, disk, operations -> {});
    party.prepare();
    party.prune();
    party.close();
    assertFalse(hides[0], "nothing was to be deleted");
    assertSound(start, job, kind + " that did not see 6");
  }

  /** Another one takes the name of a record that was listed, and gives it back in the end. */
  @ParameterizedTest
  @EnumSource(names = {"HOLDER", "PRUNER"})
  void prune_whereARecordIsTakenBeforeItIsRead_deletesNothingThatItRefersTo(Kind kind)
      throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    Path gone = layout.gone(6, TestStores.TAKING);
    boolean taken = true;
    for (int k = 1; taken; k++) {
      MemoryDisk memory = start.copy();
      int[] untilTaken = {k};
      Disk disk =
          new ForwardingDisk(memory) {
            @Override
            public DiskFile open(Path file) throws IOException {
              if (file.equals(layout.record(6)) && --untilTaken[0] == 0) {
                memory.rename(file, gone);
              }
              return super.open(file);
            }
          };
      Party party = new Party(kind, disk, operations -> {});
      party.prepare();
      party.prune();
      party.close();
      taken = untilTaken[0] <= 0;
      assertTrue(taken || k > 1);
      if (memory.exists(gone)) {
        memory.rename(gone, layout.record(6));
      }
      assertSound(memory, job, kind + " that could not read 6 the time " + k);
    }
  }

  @Test
  void tidy_whereSomebodyElseHasDeletedAVersion_deletesTheOthers() throws IOException {
    Party holder = new Party(Kind.HOLDER, start, operations -> {});
    holder.prepare();
    start.delete(new StoreLayout(STORE).record(6)); // to which none refers
    holder.prune();
    holder.close();
    assertEquals(2, assertSound(start, job, "6 was deleted").versions().size());
  }

  @Test
  void tidy_whereOneThatDiedHasTakenTheSpare_namesItAgain() throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    Party holder = new Party(Kind.HOLDER, start, operations -> {});
    holder.prepare();
    start.rename(layout.record(8), layout.gone(8, TestStores.TAKING));
    holder.prune();
    holder.close();
    assertEquals(8, assertSound(start, job, "8 had lost its name").versions().getFirst());
  }

  /** A repair has made a record anew while somebody was deleting the damaged one. */
  @Test
  void tidy_whereARecordHasAnOldFileBesideIt_keepsTheNewOne() throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    Party holder = new Party(Kind.HOLDER, start, operations -> {});
    holder.prepare();
    Path old = layout.gone(8, TestStores.TAKING);
    start.create(old, Access.OWNER).close();
    holder.prune();
    holder.close();
    assertFalse(start.exists(old));
    assertEquals(8, assertSound(start, job, "8 had two files").versions().getFirst());
  }

  /** One that was taken over wakes, and does not know that its successor has fallen back. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void commit_onAVersionThatAStalePredecessorHasTaken_leavesItSound(boolean givesBack)
      throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    TestJob own = job.successor();
    try (StoreWriter successor = StoreWriter.open(STORE, keeping(start, 1))) {
      successor.reject(8, "its output file is gone");
      try (StoredVersion version = successor.newest().orElseThrow()) {
        assertEquals(7, version.number());
        own.restore(version);
        successor.resume(version);
      }
      for (long number = 7; number >= 2; number--) {
        start.rename(layout.record(number), layout.gone(number, TestStores.TAKING));
      }
      own.advance();
      committed(own.commitUntidied(successor, false, List.of()));
      if (givesBack) {
        for (long number = 2; number <= 7; number++) {
          Path gone = layout.gone(number, TestStores.TAKING);
          if (start.exists(gone)) {
            start.rename(gone, layout.record(number));
          }
        }
      }
      successor.tidy();
      assertSound(start, job, "after the first version");
      own.advance();
      committed(own.commit(successor, false));
      assertSound(start, job, "after the second");
    }
  }

  /** Decides whose turn it is. */
  private interface Turns {
    /**
     * Who goes on.
     *
     * @param party whose turn it was
     * @param operations how many operations on the log it has made
     */
    int next(int party, int operations);
  }

  /** Some parties and a store. */
  private final class Race {
    private final MemoryDisk memory = start.copy();
    private final List<Party> parties = new ArrayList<>();

    Race(List<Kind> kinds, Turns turns) {
      for (Kind kind : kinds) {
        int me = parties.size();
        parties.add(new Party(kind, memory, operations -> pass(me, turns.next(me, operations))));
      }
    }

    int operations(int party) {
      return parties.get(party).operations;
    }

    private void pass(int from, int to) {
      if (from != to && !parties.get(to).done) {
        parties.get(to).turn.release();
        parties.get(from).turn.acquireUninterruptibly();
      }
    }

    void run(String how) throws Exception {
      try {
        parties.forEach(Party::prepare);
        List<FutureTask<?>> tasks = new ArrayList<>();
        for (Party party : parties) {
          FutureTask<?> task = new FutureTask<>(() -> run(party), null);
          tasks.add(task);
          Thread.ofVirtual().start(task);
        }
        parties.getFirst().turn.release();
        for (FutureTask<?> task : tasks) {
          task.get();
        }
        List<Long> versions = assertSound(memory, job, how).versions();
        long acknowledged = parties.stream().mapToLong(party -> party.acknowledged).max().orElse(0);
        assertTrue(versions.getLast() >= acknowledged, "lost " + acknowledged);
      } catch (Exception | AssertionError e) {
        throw new AssertionError(how, e);
      } finally {
        parties.forEach(Party::close);
      }
    }

    private void run(Party party) {
      party.turn.acquireUninterruptibly();
      try {
        party.run();
      } finally {
        party.done = true;
        parties.stream()
            .filter(other -> !other.done)
            .findFirst()
            .ifPresent(other -> other.turn.release());
      }
    }
  }

  /** Told after every operation on the log. */
  private interface Watcher {
    void after(int operations);
  }

  /** One that takes part. */
  private final class Party {
    private final Kind kind;
    private final TestJob own = job.successor();
    private final Disk disk;
    private final Semaphore turn = new Semaphore(0);
    private @Nullable StoreWriter writer;
    private boolean running;
    private volatile boolean done;
    private int operations;
    private long acknowledged;

    Party(Kind kind, Disk below, Watcher watcher) {
      this.kind = kind;
      this.disk =
          new WatchedDisk(
              below,
              (operation, changes) -> {
                if (running && ON_THE_LOG.matcher(operation).matches()) {
                  watcher.after(++operations);
                }
              });
    }

    void prepare() {
      if (kind == Kind.HOLDER) {
        writer = open();
        own.advance();
        committed(own.commitUntidied(writer, true, List.of()));
      }
    }

    private StoreWriter open() {
      StoreWriter opened = StoreWriter.open(STORE, keeping(disk, 1));
      try (StoredVersion version = opened.newest().orElseThrow()) {
        own.restore(version);
        opened.resume(version);
      }
      return opened;
    }

    void run() {
      running = true;
      if (kind == Kind.SUCCESSOR) {
        writer = open();
        commit(writer);
        commit(writer);
      } else {
        prune();
      }
      if (writer != null) {
        commit(writer);
      }
      running = false;
    }

    /** Deletes what need not stay, as one does that holds the store, or that does not. */
    void prune() {
      if (writer != null) {
        writer.tidy();
        return;
      }
      try {
        StorePruner pruner = new StorePruner(Store.open(STORE, disk), disk, new FakeTime());
        pruner.prune(KeepRules.last(1), true);
      } catch (StoreException e) {
        // It has deleted nothing, since a run is in its way.
      }
    }

    private void commit(StoreWriter to) {
      own.advance();
      if (own.commit(to, false) instanceof Committed done) {
        acknowledged = done.number();
      }
    }

    void close() {
      if (writer != null) {
        writer.close();
      }
    }
  }

  private static StoreOptions keeping(Disk disk, int versions) {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(versions);
    options.breakLock = true;
    options.writerThreads = 1;
    return options.on(disk);
  }
}
