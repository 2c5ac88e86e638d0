// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.AttemptStatus.Ending;
import dev.holdfast.cli.AttemptStatus.Gap;
import dev.holdfast.cli.AttemptStatus.Spent;
import dev.holdfast.cli.Brief.OfVersion;
import dev.holdfast.cli.Brief.Whole;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a job, concluded from its records. Every OPEN, VERSION and END repeats the
 * ledger: an attempt's share is the difference between its last record and its OPEN, and what the
 * next OPEN adds is how the attempt ended. Where an OPEN is lost, the first record that names it
 * tells what it can.
 */
final class AttemptHistory {
  private static final double NS = 1e-9;
  private static final long NS_PER_MS = 1_000_000;

  private final NavigableMap<Long, Brief> records = new TreeMap<>();
  private final List<Attempt> opens = new ArrayList<>();
  private final Ending openEnding;
  private final long untilEpochMs;

  /**
   * @param openEnding what has become of the last attempt, should it not have recorded its end
   * @param untilEpochMs the present, or that attempt's last sign of life
   */
  AttemptHistory(List<Brief> all, Ending openEnding, long untilEpochMs) {
    for (Brief record : all) {
      if (record instanceof Whole(Attempt open)) {
        opens.add(open);
      } else {
        addLost(record);
      }
      records.put(record.number(), record);
    }
    this.openEnding = openEnding;
    this.untilEpochMs = untilEpochMs;
  }

  /** The attempt of a record that is to be added, where no OPEN tells of it. */
  private void addLost(Brief record) {
    long known = opens.isEmpty() ? 0 : opens.getLast().number();
    if (record instanceof OfVersion version && version.attempt() > known) {
      addLost(version.attempt(), record.number(), version.ledger());
    } else if (record instanceof Whole(EndRecord end) && end.attempt() > known) {
      addLost(end.attempt(), record.number(), end.ended().ledger());
    }
  }

  /** What its first ledger has grown by since the last one of the attempt before is its own. */
  private void addLost(long attempt, long number, Ledger first) {
    Ledger before = newestLedger().orElseGet(() -> Ledger.begin(first.firstStartEpochMs()));
    long ownNs =
        Math.max(0, first.usefulNs() - before.usefulNs())
            + first.checkpointNs()
            - before.checkpointNs()
            + first.restartNs()
            - before.restartNs()
            + first.suspendedNs()
            - before.suspendedNs();
    long ownVersions = number - attempt - 1; // each has a number of its own
    Ledger from =
        new Ledger(
            first.firstStartEpochMs(),
            first.atEpochMs() - ownNs / NS_PER_MS,
            Math.min(first.usefulNs(), before.usefulNs()),
            before.checkpointNs(),
            first.reworkNs(),
            before.restartNs(),
            first.downtimeNs(),
            first.attempts(),
            first.failures(),
            Math.max(before.versions(), first.versions() - ownVersions),
            before.storedBytes(),
            before.stateBytes(),
            before.suspendedNs());
    Holder nobody = Holder.unknown("the record that tells who is lost");
    opens.add(new Attempt(attempt, from.atEpochMs(), new Opened(nobody, from, Map.of())));
  }

  /** Oldest first. */
  List<AttemptStatus> attempts() {
    List<AttemptStatus> attempts = new ArrayList<>();
    long lostLaterNs = 0;
    for (int i = opens.size() - 1; i >= 0; i--) {
      Share share = share(i);
      long lostNs = Math.min(lostLaterNs, share.computedNs);
      attempts.add(status(i, share, lostNs));
      lostLaterNs += share.wentBackNs - lostNs;
    }
    Collections.reverse(attempts);
    return attempts;
  }

  /** The job's ledger until the present; an attempt that runs is taken to be computing. */
  Ledger ledger() {
    Ledger known = knownLedger();
    if (!records.isEmpty() && records.lastEntry().getValue() instanceof Whole(EndRecord end)) {
      return known;
    }
    long sinceMs = Math.max(0, untilEpochMs - known.atEpochMs());
    Ledger now = known.advanced(known.atEpochMs() + sinceMs, sinceMs * NS_PER_MS, 0, 0);
    return openEnding.open() ? now : now.wentBackTo(known.usefulNs());
  }

  private Ledger knownLedger() {
    return newestLedger().orElseGet(() -> Ledger.begin(untilEpochMs));
  }

  /** The ledger of the newest record that has one, whoever wrote it. */
  private Optional<Ledger> newestLedger() {
    for (Brief record : records.descendingMap().values()) {
      switch (record) {
        case OfVersion version -> {
          return Optional.of(
              version.ledger().withVersion(version.fileBytes(), version.stateBytes()));
        }
        case Whole(EndRecord end) -> {
          return Optional.of(end.ended().ledger());
        }
        case Whole(Attempt open) -> {
          return Optional.of(open.opened().ledger());
        }
        case Whole other -> {}
      }
    }
    return Optional.empty();
  }

  /**
   * How many versions the job has made. A ledger does not know of those whose records were lost
   * before the next attempt read them; the number line does, since every number that is no other
   * record's was a version's, or that of an OPEN or an END which is lost too.
   */
  long versionsMade() {
    Set<Long> others = new TreeSet<>(); // than versions
    opens.forEach(open -> others.add(open.number()));
    if (!records.isEmpty()) {
      others.add(1L); // a log begins with an OPEN, also where that is lost
    }
    for (Brief record : records.values()) {
      if (record instanceof OfVersion version) {
        others.add(version.attempt());
      } else if (!(record instanceof Whole(DamagedRecord bad))) {
        others.add(record.number());
      }
    }
    long highest = records.isEmpty() ? 0 : records.lastKey();
    return Math.max(knownLedger().versions(), highest - others.size());
  }

  /**
   * What an attempt's own records and the OPEN after it tell.
   *
   * @param to the ledger at its end, downtime and computing found lost since included
   * @param computedNs computing on record, lost or not
   * @param wentBackNs computing of earlier attempts that it found lost when it restored
   * @param tailNs from its last record to its last sign of life, when it did not record its end
   */
  private record Share(
      Ledger to, long computedNs, long wentBackNs, long tailNs, OptionalLong endedEpochMs) {}

  private Share share(int i) {
    Attempt open = opens.get(i);
    Ledger from = open.opened().ledger();
    Ledger own = lastLedger(open);
    boolean last = i + 1 == opens.size();
    Ledger to = last ? own : opens.get(i + 1).opened().ledger();
    // Where retention has left no version of it, nothing tells but that useful time is missing.
    long wentBack =
        own.equals(from)
            ? Math.max(0, from.usefulNs() - to.usefulNs())
            : own.reworkNs() - from.reworkNs();
    long computed = to.usefulNs() - from.usefulNs() + wentBack;
    if (!last) {
      long downMs = (to.downtimeNs() - from.downtimeNs()) / NS_PER_MS;
      long tail = Math.max(0, to.reworkNs() - from.reworkNs() - wentBack);
      OptionalLong ended = OptionalLong.of(to.atEpochMs() - downMs);
      return new Share(to, computed, wentBack, tail, ended);
    }
    if (end(open) != null) {
      return new Share(to, computed, wentBack, 0, OptionalLong.of(to.atEpochMs()));
    }
    long until = Math.max(untilEpochMs, to.atEpochMs());
    OptionalLong ended = openEnding.open() ? OptionalLong.empty() : OptionalLong.of(until);
    return new Share(to, computed, wentBack, (until - to.atEpochMs()) * NS_PER_MS, ended);
  }

  private AttemptStatus status(int i, Share share, long lostNs) {
    Attempt open = opens.get(i);
    Ledger from = open.opened().ledger();
    EndRecord end = end(open);
    boolean last = i + 1 == opens.size();
    Ending silent = last ? openEnding : Ending.KILLED;
    Ending ending = end == null ? silent : ending(end.ended().cause());
    long usefulTailNs = ending.open() ? share.tailNs : 0;
    return new AttemptStatus(
        open.number(),
        from.attempts(),
        from.atEpochMs(),
        share.endedEpochMs,
        open.opened().holder(),
        durableStepBefore(open.number()),
        durableStepBefore(last ? records.lastKey() + 1 : opens.get(i + 1).number()),
        share.to.versions() - from.versions(),
        new Spent(
            (share.computedNs - lostNs + usefulTailNs) * NS,
            (share.to.checkpointNs() - from.checkpointNs()) * NS,
            (lostNs + share.tailNs - usefulTailNs) * NS,
            (share.to.restartNs() - from.restartNs()) * NS,
            (share.to.suspendedNs() - from.suspendedNs()) * NS),
        before(i),
        ending,
        end == null ? "" : end.ended().message());
  }

  private Gap before(int i) {
    if (i == 0) {
      return new Gap(0, false);
    }
    Attempt before = opens.get(i - 1);
    EndRecord end = end(before);
    long downNs =
        opens.get(i).opened().ledger().downtimeNs() - before.opened().ledger().downtimeNs();
    return new Gap(downNs * NS, end != null && end.ended().cause() == EndCause.STOPPED);
  }

  private static Ending ending(EndCause cause) {
    return switch (cause) {
      case COMPLETE -> Ending.COMPLETE;
      case STOPPED -> Ending.STOPPED;
      case FAILED -> Ending.FAILED;
    };
  }

  private @Nullable EndRecord end(Attempt open) {
    for (Brief record : ofAttempt(open).descendingMap().values()) {
      if (record instanceof Whole(EndRecord end) && end.attempt() == open.number()) {
        return end;
      }
    }
    return null;
  }

  private NavigableMap<Long, Brief> ofAttempt(Attempt open) {
    int next = Collections.binarySearch(opens, open, Comparator.comparingLong(Attempt::number)) + 1;
    long to = next < opens.size() ? opens.get(next).number() : Long.MAX_VALUE;
    return records.subMap(open.number(), true, to, false);
  }

  /** The newest ledger that an attempt has left; that of a version does not count it yet. */
  private Ledger lastLedger(Attempt open) {
    for (Brief record : ofAttempt(open).descendingMap().values()) {
      if (record instanceof Whole(EndRecord end) && end.attempt() == open.number()) {
        return end.ended().ledger();
      }
      if (record instanceof OfVersion version && version.attempt() == open.number()) {
        return version.ledger().withVersion(version.fileBytes(), version.stateBytes());
      }
    }
    return open.opened().ledger();
  }

  /**
   * The step of the newest version before a record: 0 where there was none, nothing where a deleted
   * or damaged record may have been it.
   */
  private OptionalLong durableStepBefore(long number) {
    for (long n = number - 1; n > 0; n--) {
      switch (records.get(n)) {
        case OfVersion version -> {
          return OptionalLong.of(version.step());
        }
        case Whole(EndRecord end) when end.ended().cause() != EndCause.FAILED -> {
          return OptionalLong.of(end.ended().step());
        }
        case Whole(DamagedRecord damaged) -> {
          return OptionalLong.empty();
        }
        case Whole other -> {}
        case null -> {
          return OptionalLong.empty();
        }
      }
    }
    return OptionalLong.of(0);
  }
}
