// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Deletes versions, crash-safely: what is still listed before the log is synced may be gone after a
 * crash, so the log is synced first; then victims are renamed out of the number line, the log is
 * synced, and only then are they deleted. A version leaves the line only after every one that
 * refers to it has left it for certain: newest first, with a sync between any two. Every step can
 * be repeated.
 *
 * <p>Between renaming and deleting the log and the pins are looked at once more. Whoever opened the
 * store or pinned a version before the renames is seen now, and the victims get their names back;
 * whoever does it later does not find them.
 *
 * <p>Two may prune at once, and either may stand still meanwhile. What the other one has taken may
 * have its name back at any moment; so only what was deleted under the name that a listing showed
 * is gone for certain. It is deleted highest first, as before, and where one is not there what it
 * may refer to gets its name back.
 */
final class Pruner {
  private final Disk disk;
  private final StoreLayout layout;
  private final boolean directorySync;

  /**
   * @param directorySync whether directories can be synced here
   */
  Pruner(Disk disk, StoreLayout layout, boolean directorySync) {
    this.disk = disk;
    this.layout = layout;
    this.directorySync = directorySync;
  }

  /** What the choice of the victims rests on. */
  interface Grounds {
    /** Whether it may still be rested on, by what is in the log now. */
    boolean stand(Log now) throws IOException;
  }

  /** Versions that a person has pinned. */
  Set<Long> pinned() throws IOException {
    return Pins.list(disk, layout);
  }

  /**
   * Deletes these records.
   *
   * @param victims chosen by somebody for whom the grounds stood a moment ago
   * @param pinned the pins that were known when they were chosen
   * @param grounds looked at after the renames: where they do not stand, such as when another run
   *     has opened the store, which may need what could be spared, nothing is deleted
   * @return whether they are gone
   */
  boolean prune(Collection<Long> victims, Set<Long> pinned, Grounds grounds) throws IOException {
    if (victims.isEmpty()) {
      return true;
    }
    NavigableMap<Long, String> taken = new TreeMap<>();
    NavigableMap<Long, String> gone = new TreeMap<>();
    boolean stand = false;
    try {
      take(victims, taken);
      Log now = Log.list(disk, layout);
      gone.putAll(now.gone());
      stand =
          gone.keySet().containsAll(victims)
              && !now.isGoneTwice()
              && Collections.disjoint(now.numbers(), victims)
              && grounds.stand(now)
              && pinned.containsAll(pinned());
    } finally {
      if (!stand) {
        nameAgain(taken);
      }
    }
    gone.keySet().retainAll(victims);
    return stand && delete(gone);
  }

  /**
   * Takes the names of the victims away, highest first.
   *
   * @param taken notes what it has taken; some may have been taken by others
   */
  private void take(Collection<Long> victims, Map<Long, String> taken) throws IOException {
    Id128 taking = Id128.random();
    for (long number : new TreeSet<>(victims).descendingSet()) {
      syncLog();
      Path gone = layout.gone(number, taking);
      if (renamed(layout.record(number), gone)) {
        taken.put(number, gone.getFileName().toString());
      }
    }
    syncLog();
  }

  /** False where somebody else has renamed or deleted it. */
  private boolean renamed(Path from, Path to) throws IOException {
    try {
      disk.rename(from, to);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Gives names back, lowest first: what a version refers to has its name before it. One that has
   * been made anew meanwhile, by a repair, is not replaced.
   *
   * @param gone numbers and the names that they have now
   */
  void nameAgain(SortedMap<Long, String> gone) throws IOException {
    for (Map.Entry<Long, String> one : gone.entrySet()) {
      Path name = layout.record(one.getKey());
      if (!disk.exists(name)) {
        renamed(layout.log().resolve(one.getValue()), name);
        syncLog();
      }
    }
  }

  /**
   * Of a number that has its name, because a repair has made its file anew, the old file goes that
   * somebody was deleting.
   *
   * @return what else has lost its name
   */
  NavigableMap<Long, String> withoutNames(Log log) throws IOException {
    NavigableMap<Long, String> gone = log.gone();
    for (Map.Entry<Long, String> one : log.gone().entrySet()) {
      if (log.numbers().contains(one.getKey()) && disk.exists(layout.record(one.getKey()))) {
        // Of a file that was renamed while it was listed there is no such name any more.
        disk.deleteIfExists(layout.log().resolve(one.getValue()));
        gone.remove(one.getKey());
      }
    }
    return gone;
  }

  /**
   * Deletes what has lost its name.
   *
   * @param gone numbers and the names that they have now
   * @return whether it is this call that has deleted all of it
   */
  boolean delete(NavigableMap<Long, String> gone) throws IOException {
    for (Map.Entry<Long, String> one : gone.descendingMap().entrySet()) {
      if (!disk.deleteIfExists(layout.log().resolve(one.getValue()))) {
        nameAgain(gone.headMap(one.getKey(), false));
        return false;
      }
    }
    return true;
  }

  private void syncLog() throws IOException {
    if (directorySync) {
      disk.syncDirectory(layout.log());
    }
  }
}
