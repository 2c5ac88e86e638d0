// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.NoteRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What records say of one another: each was written by an attempt that has an OPEN record, and a
 * version names every file that holds blocks of it. All of these are to be there. While records are
 * noted nothing is kept of what is there, so that a hundred thousand versions take no room; who
 * needs what is not there is looked up afterwards.
 */
final class NamedRecords {
  static final String OPEN_WHY = "later records name it as their OPEN";

  private final Disk disk;
  private final StoreLayout layout;
  private final Set<Long> listed;
  private final Set<Long> damaged = ConcurrentHashMap.newKeySet();
  private final Set<Long> absent = ConcurrentHashMap.newKeySet();
  private final Map<Long, Rejection> missing = new TreeMap<>();
  private final Set<Long> unusable = new TreeSet<>();

  /**
   * @param listed every number in the log
   */
  NamedRecords(Disk disk, StoreLayout layout, Set<Long> listed) {
    this.disk = disk;
    this.layout = layout;
    this.listed = listed;
  }

  /** Takes note of a record; by any thread. */
  void note(StoreRecord record) {
    if (record instanceof DamagedRecord) {
      damaged.add(record.number());
    }
    attempt(record).filter(number -> !listed.contains(number)).ifPresent(absent::add);
    for (FileRef ref : refs(record)) {
      if (!listed.contains(ref.number())) {
        absent.add(ref.number());
      }
    }
  }

  /** A record of another store has taken a number: no record of this one has it. */
  void noteForeign(long number) {
    absent.add(number);
  }

  private static Optional<Long> attempt(StoreRecord record) {
    return switch (record) {
      case VersionRecord version -> Optional.of(version.attempt());
      case EndRecord end -> Optional.of(end.attempt());
      case NoteRecord note -> Optional.of(note.attempt());
      case Attempt _, DamagedRecord _ -> Optional.empty();
    };
  }

  private static List<FileRef> refs(StoreRecord record) {
    return record instanceof VersionRecord version ? version.info().refs() : List.of();
  }

  /** Reads a record once more; empty when it is another store's. */
  interface Reader {
    Optional<StoreRecord> read(long number) throws IOException;
  }

  /** All records have been noted: finds out which are missed, and by whom. */
  void resolve(Reader reader) throws IOException {
    Set<Long> now = Log.list(disk, layout).numbers();
    absent.removeIf(number -> !listed.contains(number) && now.contains(number));
    if (absent.isEmpty() && damaged.isEmpty()) {
      return;
    }
    Set<Long> aside = Quarantine.numbers(disk, layout);
    for (long number : listed) {
      try {
        reader.read(number).ifPresent(record -> resolve(record, aside));
      } catch (NoSuchFileException e) {
        // Deleted meanwhile, and so may have been what it named.
      }
    }
  }

  private void resolve(StoreRecord record, Set<Long> aside) {
    attempt(record)
        .filter(number -> absent.contains(number) && !aside.contains(number))
        .ifPresent(number -> miss(number, OPEN_WHY));
    boolean doubtful = false;
    for (FileRef ref : refs(record)) {
      boolean isAbsent = absent.contains(ref.number());
      if (isAbsent) {
        miss(ref.number(), "version " + record.number() + " needs it");
      }
      doubtful |= isAbsent || damaged.contains(ref.number());
    }
    if (doubtful && !opens(record.number())) {
      unusable.add(record.number());
    }
  }

  /** Of a damaged file a version may need nothing that is damaged. */
  private boolean opens(long version) {
    try {
      StoredVersion.open(disk, layout, version).close();
      return true;
    } catch (IOException | StoreException e) {
      return false;
    }
  }

  private void miss(long number, String why) {
    String place =
        listed.contains(number) ? ", with a record of another store in its place; " : "; ";
    missing.put(
        number, Rejection.lost(number, layout.record(number) + " is missing" + place + why));
  }

  /** Records that others name and that are not there, ascending. */
  List<Rejection> missing() {
    return List.copyOf(missing.values());
  }

  /** Sound versions that need a record that is damaged or not there. */
  Set<Long> unusable() {
    return unusable;
  }
}
