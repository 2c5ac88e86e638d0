// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletes versions, crash-safely: what is still listed before the log is synced may be gone after a
 * crash, so the log is synced first; then victims are renamed out of the number line, the log is
 * synced, and only then are they deleted. Every step can be repeated.
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

  /** Versions that a person has pinned. */
  Set<Long> pinned() throws IOException {
    Set<Long> pinned = new TreeSet<>();
    try {
      for (String name : disk.list(layout.pins())) {
        OptionalLong number = StoreLayout.recordNumber(name + ".hf");
        number.ifPresent(pinned::add);
      }
    } catch (NoSuchFileException e) {
      // The directory is made with the first pin.
    }
    return pinned;
  }

  /**
   * Deletes these records, lowest first, and finishes an earlier prune that was interrupted.
   *
   * @param own the newest record of the caller: when something stands above it, another run holds
   *     the store and may need what this one could spare, and nothing is deleted
   */
  void prune(Collection<Long> victims, long own) throws IOException {
    if (Log.list(disk, layout).highest() != own) {
      return;
    }
    if (!victims.isEmpty()) {
      syncLog();
      for (long number : new TreeSet<>(victims)) {
        renameToGone(number);
      }
    }
    deleteGone();
  }

  private void renameToGone(long number) throws IOException {
    try {
      disk.rename(layout.record(number), layout.gone(number));
    } catch (NoSuchFileException e) {
      // An earlier prune got this far before it was interrupted.
    }
  }

  private void deleteGone() throws IOException {
    boolean synced = false;
    for (String name : disk.list(layout.log())) {
      if (StoreLayout.isGone(name)) {
        if (!synced) {
          syncLog();
          synced = true;
        }
        deleteIfThere(layout.log().resolve(name));
      }
    }
  }

  private void deleteIfThere(Path file) throws IOException {
    try {
      disk.delete(file);
    } catch (NoSuchFileException e) {
      // Deleted although it was reported as failed.
    }
  }

  private void syncLog() throws IOException {
    if (directorySync) {
      disk.syncDirectory(layout.log());
    }
  }
}
