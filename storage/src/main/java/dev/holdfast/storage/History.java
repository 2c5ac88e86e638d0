// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.UnsupportedFormatException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the newest record tells of the job so far. Every OPEN, VERSION and END repeats the ledger,
 * so the log is the ledger.
 *
 * @param last the newest ledger, empty for a new store
 * @param end how the last attempt ended, empty when it said nothing
 */
record History(Optional<Ledger> last, Optional<Ended> end) {

  /**
   * Reads the newest sound record of a store.
   *
   * @throws UnsupportedFormatException when a newer Holdfast has written it
   */
  static History read(Disk disk, StoreLayout layout, Id128 storeId, Log log) throws IOException {
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
        if (record == null) {
          continue;
        }
        refuseUnknownFlags(record);
        History found = of(record);
        if (found != null) {
          return found;
        }
      } catch (UnsupportedFormatException e) {
        throw e; // a newer Holdfast wrote here: going on from an older record would lose its work
      } catch (StoreException e) {
        // It is reported when versions are opened; an older record has a ledger too.
      } catch (IOException e) {
        RecordFile.passOver(e);
      }
    }
    return new History(Optional.empty(), Optional.empty());
  }

  private static void refuseUnknownFlags(RecordFile record) {
    long flags = record.header().roCompatFlags();
    if (flags != 0) {
      throw new UnsupportedFormatException(
          record.path().toString(),
          String.format(Locale.ROOT, "flags %x forbid this version to write here", flags));
    }
  }

  private static @Nullable History of(RecordFile record) throws IOException {
    String name = record.path().toString();
    long base = record.footer().sectionsOffset();
    RecordType type = record.header().type();
    if (type == RecordType.NOTE) {
      return null;
    }
    byte[] sections = record.readMetadata().sections();
    return switch (type) {
      case OPEN -> running(AttemptInfo.decodeOpened(name, base, sections).ledger());
      case VERSION -> {
        // The ledger was written before the version existed, and so without it.
        VersionInfo info = VersionInfo.decode(name, base, sections);
        long fileBytes = record.footer().fileBytes();
        yield running(info.ledger().withVersion(fileBytes, info.stateBytes()));
      }
      case END -> {
        Ended end = AttemptInfo.decodeEnded(name, base, sections);
        yield new History(Optional.of(end.ledger()), Optional.of(end));
      }
      case NOTE -> null;
    };
  }

  private static History running(Ledger ledger) {
    return new History(Optional.of(ledger), Optional.empty());
  }

  /** Whether the job had said that every step is done. */
  boolean complete() {
    return end.isPresent() && end.get().cause() == EndCause.COMPLETE;
  }

  /**
   * The ledger of an attempt that begins: the time since the last record is rework until the last
   * sign of life, and downtime from then on.
   *
   * @param startEpochMs when this process began
   * @param diedEpochMs the previous attempt's last sign of life
   * @param nowEpochMs the present
   */
  Ledger atStart(long startEpochMs, long diedEpochMs, long nowEpochMs) {
    if (last.isEmpty()) {
      Ledger begin = Ledger.begin(Math.min(startEpochMs, nowEpochMs));
      return begin.withAttempt(begin.atEpochMs(), 0, 0, 0);
    }
    Ledger before = last.get();
    long start = Math.max(before.atEpochMs(), Math.min(startEpochMs, nowEpochMs));
    long died =
        end.isPresent()
            ? before.atEpochMs()
            : Math.max(before.atEpochMs(), Math.min(diedEpochMs, start));
    boolean failed = end.isEmpty();
    return before.withAttempt(start, died - before.atEpochMs(), start - died, failed ? 1 : 0);
  }

  /**
   * The last sign of life that the files of the store show. Of a record that is what it says
   * itself: a file that somebody has copied into the log is as old as its copy.
   */
  static long lastSignOfLifeEpochMs(
      Disk disk, StoreLayout layout, Id128 storeId, Log log, OptionalLong known)
      throws IOException {
    if (known.isPresent()) {
      return known.getAsLong();
    }
    long last = Math.max(modified(disk, layout.alive()), newestCreated(disk, layout, storeId, log));
    for (String name : log.others()) {
      if (StoreLayout.temporaryAttempt(name).isPresent()) {
        last = Math.max(last, modified(disk, layout.log().resolve(name)));
      }
    }
    return last;
  }

  private static long newestCreated(Disk disk, StoreLayout layout, Id128 storeId, Log log)
      throws IOException {
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = RecordFile.openOwn(disk, layout, storeId, number)) {
        if (record != null) {
          return record.header().createdEpochMs();
        }
      } catch (StoreException | NoSuchFileException e) {
        // An older one tells as well.
      } catch (IOException e) {
        RecordFile.passOver(e);
      }
    }
    return 0;
  }

  private static long modified(Disk disk, Path path) throws IOException {
    try {
      return disk.facts(path).modifiedEpochMs();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
