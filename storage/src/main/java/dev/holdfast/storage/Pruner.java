// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.Set;
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
 * whoever does it later does not find them. What another one had renamed may have its name back at
 * any moment, so to be gone is certain only of what is deleted: highest first, as before, and where
 * one has its name again what it may refer to gets it, too. So two that prune at once cannot do
 * harm, nor can one whose process stood still meanwhile.
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
    /**
     * Whether it may still be rested on.
     *
     * @param numbers the records in the log now
     */
    boolean stand(NavigableSet<Long> numbers) throws IOException;
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
    return victims.isEmpty()
        || (renamed(new TreeSet<>(victims), pinned, grounds) && delete(victims));
  }

  private boolean renamed(NavigableSet<Long> victims, Set<Long> pinned, Grounds grounds)
      throws IOException {
    Set<Long> own = new TreeSet<>();
    boolean stand = false;
    try {
      for (long number : victims.descendingSet()) {
        syncLog();
        if (renamed(layout.record(number), layout.gone(number))) {
          own.add(number);
        }
      }
      syncLog();
      NavigableSet<Long> left = Log.list(disk, layout).numbers();
      stand =
          grounds.stand(left)
              && Collections.disjoint(left, victims)
              && pinned.containsAll(pinned());
    } finally {
      if (!stand) {
        nameAgain(own);
      }
    }
    return stand;
  }

  /** False where an earlier prune got this far before it was interrupted, or another one has. */
  private boolean renamed(Path from, Path to) throws IOException {
    try {
      disk.rename(from, to);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Gives names back, lowest first: what a version refers to has its name before it. */
  void nameAgain(Collection<Long> gone) throws IOException {
    for (long number : new TreeSet<>(gone)) {
      renamed(layout.gone(number), layout.record(number));
      syncLog();
    }
  }

  /**
   * Deletes what has lost its name.
   *
   * @return whether all of it is gone; false where whoever took a name has given it back
   */
  boolean delete(Collection<Long> gone) throws IOException {
    NavigableSet<Long> left = new TreeSet<>(gone);
    while (!left.isEmpty()) {
      if (!deleted(left.removeLast())) {
        nameAgain(left);
        return false;
      }
    }
    return true;
  }

  private boolean deleted(long number) throws IOException {
    // What is not there has been deleted by another one, or named again.
    return disk.deleteIfExists(layout.gone(number)) || !disk.exists(layout.record(number));
  }

  private void syncLog() throws IOException {
    if (directorySync) {
      disk.syncDirectory(layout.log());
    }
  }
}
