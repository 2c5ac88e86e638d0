// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Retention.Wishes;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Deletes versions of a store without being its writer, beside a run that holds it and beside
 * readers.
 *
 * <p>A writer's next version refers to nothing but files of the version that it committed last, or
 * resumed from. Its newest record in the log is that version, or one whose fate it does not know
 * and which follows that version; so both stay, with all they refer to. Before its first version
 * nobody else knows where it resumed, and nothing is deleted. That the newest version and the spare
 * can be restored is not believed but tried, block by block and with their output files, before
 * anything goes; and where that finds damage nothing goes, since a repair may find the lost bytes
 * in any other version.
 */
public final class StorePruner {
  /** A run may make versions faster than they can be verified; it need not be outrun for ever. */
  private static final int ROUNDS_MAX = 5;

  private final Store store;
  private final Disk disk;
  private final Time time;
  private final StoreLayout layout;
  private final OutputCheck outputs;
  private final Set<Long> verified = new HashSet<>();
  private final SortedMap<Long, Rejection> spoilt = new TreeMap<>();

  public StorePruner(Store store, Disk disk, Time time) {
    this.store = store;
    this.disk = disk;
    this.time = time;
    this.layout = store.layout();
    this.outputs = new OutputCheck(disk, layout);
  }

  /**
   * A plan and what it rests on.
   *
   * @param versions those that were in the log when it was made
   * @param top the highest record in it
   * @param gone what an interrupted prune has left in it
   * @param writer the run that may go on writing
   */
  private record Drawn(
      Retention.Plan plan,
      VersionList versions,
      Set<Long> pinned,
      long top,
      NavigableMap<Long, String> gone,
      Optional<Claim> writer) {}

  /**
   * What would be deleted. Reads every block of the versions that it counts on; deletes nothing.
   *
   * @param spare whether a version stays that shares no file with the newest
   * @throws DamagedException when a record cannot be read: it may refer to anything
   * @throws StoreHeldException when a run has opened the store and not yet made a version
   * @throws StoreIoException when the store cannot be read
   */
  public PrunePlan plan(KeepRules rules, boolean spare) {
    try {
      return told(rules, draw(rules, spare));
    } catch (IOException e) {
      throw new StoreIoException("looking for versions to delete in", layout.log(), e);
    }
  }

  /**
   * Deletes what {@link #plan} says.
   *
   * @return what was deleted
   * @throws StoreHeldException when the run that holds the store is in the way
   * @throws StoreRefusedException when everybody may write the store
   * @throws StoreIoException when the disk refuses; what is left to do is done by the next prune
   */
  public PrunePlan prune(KeepRules rules, boolean spare) {
    try {
      Ownership.requireClosed(disk, layout);
      boolean directorySync = StoreDirectory.syncOrLearn(disk, layout.log(), line -> {});
      Pruner pruner = new Pruner(disk, layout, directorySync);
      rescued(pruner, drawOnce(rules, spare));
      Drawn drawn = draw(rules, spare);
      for (int round = 0; round < ROUNDS_MAX; round++) {
        if (isDone(pruner, drawn)) {
          return told(rules, drawn);
        }
        drawn = draw(rules, spare);
      }
      throw moving(drawn.writer());
    } catch (IOException e) {
      throw new StoreIoException("deleting versions in", layout.log(), e);
    }
  }

  /** Names again what an interrupted prune has left and somebody wants; false where nobody does. */
  private static boolean rescued(Pruner pruner, Drawn drawn) throws IOException {
    boolean wanted =
        !Collections.disjoint(drawn.gone().keySet(), drawn.plan().needed())
            || !Collections.disjoint(drawn.gone().keySet(), drawn.pinned());
    if (wanted) {
      pruner.nameAgain(drawn.gone());
    }
    return wanted;
  }

  /** Carries a plan out; false where another one must be drawn. */
  private boolean isDone(Pruner pruner, Drawn drawn) throws IOException {
    if (rescued(pruner, drawn)) {
      return false;
    }
    Log log = Log.list(disk, layout);
    return log.gone().equals(drawn.gone())
        && stands(drawn, log)
        && (!spoilt.isEmpty() || pruner.delete(pruner.withoutNames(log)))
        && pruner.prune(
            drawn.plan().victims(),
            drawn.pinned(),
            now -> stands(drawn, now) && nothingElseIsTaken(drawn, now));
  }

  private PrunePlan told(KeepRules rules, Drawn drawn) {
    return PrunePlan.of(rules, drawn.versions().all(), drawn.plan(), List.copyOf(spoilt.values()));
  }

  private StoreException moving(Optional<Claim> writer) {
    return writer.isEmpty()
        ? new StoreRefusedException(
            layout.root(), "other runs open it all the time; try again when it rests")
        : new StoreHeldException(
            layout.root(),
            writer.get().holder(),
            "it makes versions faster than they can be verified",
            "nothing was deleted; try again, or when the run has ended");
  }

  /** Draws plans until every version that one counts on has been verified. */
  private Drawn draw(KeepRules rules, boolean spare) throws IOException {
    Drawn drawn = drawOnce(rules, spare);
    int vanished = 0;
    while (!verified.containsAll(drawn.plan().countedOn())) {
      for (long number : drawn.plan().countedOn()) {
        if (!verified.contains(number) && !verify(number) && !spoilt.containsKey(number)) {
          vanished++;
        }
      }
      if (vanished > ROUNDS_MAX) {
        throw moving(drawn.writer());
      }
      drawn = drawOnce(rules, spare);
    }
    return drawn;
  }

  private Drawn drawOnce(KeepRules rules, boolean spare) throws IOException {
    Log log = Log.list(disk, layout);
    VersionList versions = new VersionList(disk, layout, store.id(), line -> {});
    versions.learn(log.numbers());
    versions.rejections().stream()
        .findFirst()
        .ifPresent(bad -> {
          throw new DamagedException(
              layout.record(bad.number()).toString(),
              -1,
              "it cannot be read and may refer to any version, so none is deleted; look with:"
                  + " holdfast verify");
        });
    Optional<Claim> writer = writer(log);
    Set<Long> needed = writer.isEmpty() ? Set.of() : bases(writer.get(), log.highest());
    Set<Long> pinned = Pins.list(disk, layout);
    Wishes wishes = new Wishes(rules, spare, pinned, needed, time.epochMs());
    Retention.Plan plan = Retention.plan(versions.all(), spoilt.keySet(), wishes);
    plan = spoilt.isEmpty() ? plan : plan.waiting(spoilt.keySet());
    return new Drawn(plan, versions, pinned, log.highest(), log.gone(), writer);
  }

  /** The run that may go on writing; empty when it has ended or is certainly gone. */
  private Optional<Claim> writer(Log log) throws IOException {
    return Claim.newest(disk, layout, store.id(), log)
        .filter(claim ->
            Liveness.of(claim.holder(), store.id(), claim.attempt(), ThisProcess.holder())
                != Liveness.GONE);
  }

  /**
   * What the writer's next version may refer to, directly, and what those may that it has made
   * since the log was listed.
   */
  private Set<Long> bases(Claim writer, long listed) {
    Set<Long> bases = new TreeSet<>();
    for (RecordHead head : store.heads(writer.attempt())) {
      boolean its = head.attempt() == writer.attempt() && head.type() == RecordType.VERSION;
      if (its && store.record(head.number()).orElse(null) instanceof VersionRecord version) {
        if (version.number() <= listed) {
          bases.clear();
          bases.add(version.number());
        }
        bases.add(version.info().family().parent());
      }
    }
    if (bases.isEmpty()) {
      throw new StoreHeldException(
          layout.root(),
          writer.holder(),
          "it has opened the store and not made a version yet, so that nobody knows which one it"
              + " goes on from",
          "nothing was deleted; try again after its first version");
    }
    bases.remove(0L);
    return bases;
  }

  /**
   * Reads every block of a version and its output files, as a restart does; false when a restart
   * would pass it over, or when it is no longer there.
   */
  private boolean verify(long number) throws IOException {
    OutputCheck.Listener listener =
        new OutputCheck.Listener() {
          @Override
          public void wrong(Path file, StoreException why) {
            spoilt.putIfAbsent(number, new Rejection(number, why.getMessage()));
          }
        };
    try (StoredVersion version = store.version(number)) {
      version.readAll();
      if (outputs.run(version.toRecord(), listener)) {
        verified.add(number);
      }
    } catch (NoUsableVersionException e) {
      return false; // its writer has deleted it meanwhile
    } catch (StoreIoException e) {
      if (!e.kind().isOfOneFile()) {
        throw e;
      }
      listener.wrong(layout.record(number), e);
    } catch (StoreException e) {
      listener.wrong(layout.record(number), e);
    }
    return verified.contains(number);
  }

  /**
   * Whether nobody has taken the name of a version that was not there to be read, or in between.
   */
  private static boolean nothingElseIsTaken(Drawn drawn, Log now) {
    return drawn.versions().unknown(now.gone().headMap(drawn.top(), true).keySet()).isEmpty();
  }

  /**
   * Whether what the plan counts on is there, and nothing has happened that it did not reckon with:
   * new versions of the same run refer to nothing that it gives up; anything else might, also an
   * older version to which another one's prune has given its name back.
   */
  private boolean stands(Drawn drawn, Log now) throws IOException {
    NavigableSet<Long> numbers = now.numbers();
    if (!drawn.versions().unknown(numbers.headSet(drawn.top(), true)).isEmpty()
        || !numbers.containsAll(drawn.plan().countedOn())) {
      return false;
    }
    for (long number : numbers.tailSet(drawn.top(), false)) {
      try (RecordFile record = RecordFile.open(disk, layout, number)) {
        FileHeader header = record.header();
        boolean known =
            header.type() != RecordType.OPEN
                && drawn.writer().isPresent()
                && header.attempt() == drawn.writer().get().attempt();
        if (!known) {
          return false;
        }
      } catch (NoSuchFileException e) {
        // A version that its writer has deleted again; only versions ever are.
      } catch (StoreException e) {
        return false;
      }
    }
    return true;
  }
}
