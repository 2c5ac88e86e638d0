// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.LedgerText;
import dev.holdfast.cli.AttemptStatus.Ending;
import dev.holdfast.cli.Brief.OfVersion;
import dev.holdfast.cli.Brief.Whole;
import dev.holdfast.storage.Contents;
import dev.holdfast.storage.Holding;
import dev.holdfast.storage.Liveness;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.Phase;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A job at a moment, from its store alone.
 *
 * @param root the store's directory
 * @param job its name; that of the folder where no record tells
 * @param nowEpochMs the moment
 * @param attempts oldest first
 * @param ledger where the time went until now
 * @param made how many versions it has made, those included whose records are lost
 * @param versions how many are in the store
 * @param usable the newest version whose metadata is sound
 * @param lost whether a restart is refused, because what was made cannot be used
 * @param damaged what is not sound, and was passed over
 * @param sizeBytes of all files of the store
 * @param lastSignEpochMs the last sign of life of an attempt that has not recorded its end and
 *     whose process is not seen from here
 */
record JobStatus(
    Path root,
    String job,
    long nowEpochMs,
    List<AttemptStatus> attempts,
    Ledger ledger,
    long made,
    long versions,
    Optional<VersionRecord> usable,
    boolean lost,
    List<String> damaged,
    long sizeBytes,
    OptionalLong lastSignEpochMs) {
  private static final String SUFFIX = ".holdfast";

  /** A running attempt shows itself every 30 s; who is silent for longer can be taken over. */
  private static final long SILENT_MS = 150_000;

  private static final OptionalLong NONE = OptionalLong.empty();

  /** Readings that do not fit one another for longer than this are damaged records. */
  private static final int ROUNDS_MAX = 10;

  /** Whether the program writes restart files: which step it has reached is its own affair. */
  boolean writesFiles() {
    return usable
        .map(version -> version.info().regions())
        .filter(regions -> regions.stream().anyMatch(one -> one.kind() == RegionKind.FILE))
        .isPresent();
  }

  /** Reads a store, on which a job may be running meanwhile. */
  static JobStatus read(Store store, long nowEpochMs) {
    Optional<Holding> holding = store.holding();
    Contents<Brief> contents = store.contents(Brief::of);
    for (int round = 0; round < ROUNDS_MAX && !agree(holding, contents.records()); round++) {
      holding = store.holding();
      contents = store.contents(Brief::of);
    }
    return of(store, holding, contents, nowEpochMs);
  }

  /** Whether no attempt began or ended between the two readings. */
  private static boolean agree(Optional<Holding> holding, List<Brief> records) {
    long open = 0;
    for (Brief record : records) {
      if (record instanceof Whole(Attempt attempt)) {
        open = attempt.number();
      } else if (record instanceof OfVersion version) {
        open = version.attempt(); // whose OPEN may be lost
      } else if (record instanceof Whole(EndRecord end) && end.attempt() == open) {
        open = 0;
      }
    }
    return holding.map(Holding::attempt).orElse(0L) == open;
  }

  private static JobStatus of(
      Store store, Optional<Holding> holding, Contents<Brief> contents, long nowEpochMs) {
    List<Brief> records = contents.records();
    SortedMap<Long, String> damaged = new TreeMap<>();
    long versions = 0;
    for (Brief record : records) {
      if (record instanceof Whole(DamagedRecord bad)) {
        damaged.put(bad.number(), "record " + bad.number() + ": " + bad.why());
      } else if (record instanceof OfVersion) {
        versions++;
      }
    }
    for (Rejection lost : contents.missing()) {
      damaged.put(lost.number(), lost.toString());
    }
    Optional<VersionRecord> usable = usable(store, damaged);
    Ending open = holding.map(h -> ending(h, nowEpochMs)).orElse(Ending.KILLED);
    OptionalLong sign =
        holding
            .filter(h -> h.liveness() != Liveness.ALIVE)
            .map(h -> OptionalLong.of(h.lastSignEpochMs()))
            .orElse(NONE);
    long until = open == Ending.RUNNING ? nowEpochMs : sign.orElse(nowEpochMs);
    AttemptHistory history = new AttemptHistory(records, open, until);
    return new JobStatus(
        store.root(),
        name(store.root(), records),
        nowEpochMs,
        history.attempts(),
        history.ledger(),
        history.versionsMade(),
        versions,
        usable,
        usable.isEmpty() && !damaged.isEmpty() && store.isLost(),
        List.copyOf(damaged.values()),
        sizeBytes(store.root()),
        sign);
  }

  private static Ending ending(Holding holding, long nowEpochMs) {
    return switch (holding.liveness()) {
      case ALIVE -> Ending.RUNNING;
      case GONE, SUPERSEDED -> Ending.KILLED;
      case UNKNOWN ->
          nowEpochMs - holding.lastSignEpochMs() < SILENT_MS ? Ending.RUNNING : Ending.SILENT;
    };
  }

  /** The newest version whose metadata is sound; tells which newer ones are not. */
  private static Optional<VersionRecord> usable(Store store, SortedMap<Long, String> damaged) {
    try (StoredVersion version = store.newest().orElse(null)) {
      return version == null ? Optional.empty() : Optional.of(version.toRecord());
    } catch (NoUsableVersionException e) {
      return Optional.empty();
    } finally {
      for (Rejection rejection : store.rejections()) {
        damaged.put(rejection.number(), rejection.toString());
      }
    }
  }

  private static String name(Path root, List<Brief> records) {
    for (Brief record : records.reversed()) {
      String told =
          record instanceof Whole(Attempt open)
              ? open.opened().environment().getOrDefault("job", "")
              : "";
      if (!told.isEmpty()) {
        return told;
      }
    }
    String folder = String.valueOf(root.getFileName());
    return folder.endsWith(SUFFIX)
        ? folder.substring(0, folder.length() - SUFFIX.length())
        : folder;
  }

  private static long sizeBytes(Path root) {
    AtomicLong sum = new AtomicLong();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
              sum.addAndGet(facts.size());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE; // deleted by the running job
            }
          });
    } catch (IOException e) {
      return sum.get();
    }
    return sum.get();
  }

  /** What the last attempt does, or how it ended; nothing in a store that nobody has opened yet. */
  Optional<AttemptStatus> last() {
    return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
  }

  /** Whether the last attempt is seen to run. */
  boolean running() {
    return last().filter(attempt -> attempt.ending() == Ending.RUNNING).isPresent();
  }

  boolean complete() {
    return last().filter(attempt -> attempt.ending() == Ending.COMPLETE).isPresent();
  }

  int code() {
    if (damaged.isEmpty()) {
      return ExitCode.DONE;
    }
    return lost ? ExitCode.NO_VERSION : ExitCode.DAMAGE;
  }

  /** The loops of the newest usable version; none for a program that does not count steps so. */
  List<Phase> phases() {
    return usable.map(version -> version.info().state().phases()).orElse(List.of());
  }

  private Costs costs() {
    return usable.map(version -> version.info().costs()).orElse(Costs.NONE);
  }

  /** The work interval planned with, Infinity for never; empty where it is not known. */
  OptionalDouble intervalSeconds() {
    double seconds = costs().intervalSeconds();
    return seconds > 0 ? OptionalDouble.of(seconds) : OptionalDouble.empty();
  }

  /** When a running job will make its next checkpoint; empty where that is not known or never. */
  OptionalLong nextDueEpochMs() {
    OptionalDouble interval = intervalSeconds();
    boolean known = running() && usable.isPresent() && interval.isPresent();
    if (!known || interval.getAsDouble() == Double.POSITIVE_INFINITY) {
      return NONE;
    }
    double waitMs = (interval.getAsDouble() + costs().blockedSeconds()) * 1e3;
    // An attempt that begins waits for a whole interval, whatever the age of the version.
    long begun = last().map(JobStatus::loopBegunEpochMs).orElse(0L);
    long from = Math.max(begun, usable.get().info().state().capturedEpochMs());
    return OptionalLong.of(from + (long) waitMs);
  }

  private static long loopBegunEpochMs(AttemptStatus attempt) {
    return attempt.begunEpochMs() + (long) (attempt.spent().restartSeconds() * 1e3);
  }

  /**
   * How long the job will still take, wasting as much as until now: the steps that are left, each
   * as long as measured. Empty where there are no steps, no measurement or no end.
   */
  OptionalDouble leftSeconds() {
    if (complete()) {
      return OptionalDouble.of(0);
    }
    double step = costs().stepSeconds();
    Collection<Phase> phases = phases();
    boolean counted = !phases.isEmpty() && phases.stream().allMatch(p -> p.total() >= p.done());
    if (!counted || !(step > 0) || ledger.waste() >= 1) {
      return OptionalDouble.empty();
    }
    long steps = phases.stream().mapToLong(p -> p.finished() ? 0 : p.total() - p.done()).sum();
    double work = Math.max(0, steps * step - computedSinceVersionSeconds());
    return OptionalDouble.of(work / (1 - ledger.waste()));
  }

  /** What the running attempt has computed since the newest version, as far as one can know. */
  private double computedSinceVersionSeconds() {
    if (!running() || usable.isEmpty()) {
      return 0;
    }
    long begun = last().map(JobStatus::loopBegunEpochMs).orElse(nowEpochMs);
    long from = Math.max(begun, usable.get().info().state().capturedEpochMs());
    return Math.max(0, nowEpochMs - from) / 1e3;
  }

  /** The waste that the model expects with the plan of the newest version. */
  OptionalDouble expectedWaste() {
    return LedgerText.expectedWaste(ledger, costs());
  }
}
