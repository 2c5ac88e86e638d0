// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Verifies what the records say about each other, and that none is missing. */
final class LineCheck {
  private final Disk disk;
  private final StoreLayout layout;
  private final Findings findings;

  LineCheck(Disk disk, StoreLayout layout, Findings findings) {
    this.disk = disk;
    this.layout = layout;
    this.findings = findings;
  }

  /** Whether a fresh listing still shows a record. */
  boolean isListed(long number) throws IOException {
    return Log.list(disk, layout).numbers().contains(number);
  }

  /**
   * What the records say about each other: writers have an OPEN, and no number is missing. What
   * repair has set aside is not missed.
   *
   * @param told the number of {@link NewestMark}, read before the log was listed
   * @param foreign places that records of another store have taken
   */
  void check(Log log, long newestVersion, long told, Collection<Long> writers, Set<Long> foreign)
      throws IOException {
    Set<Long> attempts = new TreeSet<>(writers);
    Set<Long> aside = Quarantine.numbers(disk, layout);
    for (long attempt : attempts) {
      if (isMissing(log, foreign, attempt) && !aside.contains(attempt)) {
        findings.add(attempt, layout.record(attempt), "is missing; " + NamedRecords.OPEN_WHY);
      }
    }
    long top = Math.max(told, log.highestBut(foreign) - 1);
    for (long number = newestVersion + 1; number <= top; number++) {
      boolean leftOut = foreign.contains(number) && number > told; // by its writer
      if (!attempts.contains(number) && !leftOut && isMissing(log, foreign, number)) {
        findings.add(number, layout.record(number), "is missing; " + MissingRecords.WHY);
      }
    }
  }

  /** What a person has pinned is there, and a log whose store was used holds records. */
  void checkWhatWasThere(Log log) throws IOException {
    for (long number : Pins.readable(disk, layout)) {
      if (isMissing(log, Set.of(), number)) {
        findings.add(number, layout.record(number), "is missing; it is pinned");
      }
    }
    if (log.isEmptied(disk, layout)) {
      findings.add(0, layout.log(), "holds no record any more, and has held some");
    }
  }

  private boolean isMissing(Log log, Set<Long> foreign, long number) throws IOException {
    return foreign.contains(number) || (!log.numbers().contains(number) && !isListed(number));
  }

  /** The version that it follows may have been deleted, but not exchanged. */
  void checkParent(VersionRecord version) throws IOException {
    VersionInfo.Family family = version.info().family();
    try (RecordFile parent = RecordFile.open(disk, layout, family.parent())) {
      if (!parent.footer().digest().equals(family.parentDigest())) {
        findings.add(
            family.parent(),
            parent.path(),
            DamagedException.differs(
                parent.path().toString(),
                -1,
                "the digest that version " + version.number() + " knows of it",
                family.parentDigest().hex(),
                parent.footer().digest().hex()));
      }
    } catch (NoSuchFileException e) {
      // Deleted meanwhile.
    }
  }

  /** Finds what a version refers to and is not there. */
  void findMissing(VersionRecord version) throws IOException {
    for (VersionInfo.FileRef ref : version.info().refs()) {
      if (!isListed(ref.number())) {
        findings.add(
            ref.number(),
            layout.record(ref.number()),
            "is missing; version " + version.number() + " needs it");
      }
    }
  }
}
