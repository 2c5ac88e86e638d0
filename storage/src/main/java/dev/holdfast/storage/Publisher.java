// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only code that makes records visible: writes a record under a hidden name, syncs it, links it
 * to its number, syncs the directory and lists it again (docs/format/protocol.md).
 *
 * <p>link() decides between two writers: a number can be taken once. The listing after the sync
 * makes sure that nobody has opened the store in the meantime: either the successor sees this
 * record, or this writer sees the successor.
 */
final class Publisher {
  private final Disk disk;
  private final StoreDirectory directory;
  private final StoreLayout layout;
  private final Id128 storeId;
  private final Access access;
  private final Consumer<String> tell;
  private final DiskSpeed diskSpeed = new DiskSpeed();
  private boolean linksWork = true;

  /** Numbers above ours that records of another store have taken. */
  private final Set<Long> foreign = new HashSet<>();

  Publisher(
      Disk disk, StoreDirectory directory, Id128 storeId, Access access, Consumer<String> tell) {
    this.disk = disk;
    this.directory = directory;
    this.layout = directory.layout();
    this.storeId = storeId;
    this.access = access;
    this.tell = tell;
  }

  /** What the disk has shown of itself. */
  DiskSpeed diskSpeed() {
    return diskSpeed;
  }

  /** Fills a new file. */
  interface Body<T> {
    T write(DiskFile file) throws IOException;
  }

  /** How publishing ended. */
  enum Outcome {
    /** Visible, durable, and the highest in the line. */
    PUBLISHED,
    /** The number is taken, or a higher one exists. */
    OVERTAKEN,
    /** The record may or may not be seen after a crash: nothing may be acknowledged. */
    UNKNOWN
  }

  /**
   * Writes and syncs a file that nobody can see yet. When anything fails the file is removed: a
   * file whose sync failed is never synced again.
   */
  <T> T prepare(Path temporary, Body<T> body) throws IOException {
    DiskFile created = disk.create(temporary, access);
    try {
      T result;
      try (DiskFile file = created) {
        WriteEvent writing = FileEvents.writing();
        result = body.write(file);
        FileEvents.written(writing, temporary, file);
        SyncEvent syncing = FileEvents.syncing();
        file.sync();
        FileEvents.synced(syncing, temporary, file);
        file.transfer().ifPresent(diskSpeed::wrote);
      }
      return result;
    } catch (IOException | RuntimeException | Error e) {
      discard(temporary);
      throw e;
    }
  }

  /** Removes a hidden file, if it can be removed. */
  void discard(Path temporary) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      // It is swept when the store is opened next.
    }
  }

  /**
   * Links a prepared file to its number and makes that durable.
   *
   * @throws IOException when it is certain that the number was not taken by this file
   */
  Outcome publish(Path temporary, long number, Id128 fileId) throws IOException {
    Path name = layout.record(number);
    try {
      link(temporary, name);
    } catch (IOException e) {
      Boolean mine = isMine(number, fileId);
      if (mine == null) {
        return Outcome.UNKNOWN;
      }
      if (!mine) {
        if (isForeign(number)) {
          throw e; // the next try takes another number
        }
        if (e instanceof FileAlreadyExistsException || disk.exists(name)) {
          return Outcome.OVERTAKEN;
        }
        throw e;
      }
    }
    return confirm(number, fileId);
  }

  private void link(Path temporary, Path name) throws IOException {
    if (linksWork) {
      try {
        disk.link(temporary, name);
        return;
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (IOException e) {
        if (!linksUnsupported(e)) {
          throw e;
        }
        linksWork = false;
        tell.accept(
            "hard links are not supported in "
                + layout.log()
                + ": only one host may use this store at a time");
      }
    }
    if (disk.exists(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    disk.rename(temporary, name);
  }

  /** Whether this says that the file system has no hard links. */
  static boolean linksUnsupported(IOException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("not supported")
        || text.contains("not permitted")
        || text.contains("not implemented");
  }

  /** Whether the number belongs to this very file; null when that cannot be found out. */
  private @Nullable Boolean isMine(long number, Id128 fileId) {
    try (RecordFile found = RecordFile.open(disk, layout, number)) {
      FileHeader header = found.header();
      return header.fileId().equals(fileId);
    } catch (NoSuchFileException | StoreException e) {
      return false;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The name alone proves nothing: a file server that crashed may have lost it before the sync, and
   * a successor may have taken the number since.
   */
  private Outcome confirm(long number, Id128 fileId) {
    try {
      if (directory.directorySync()) {
        disk.syncDirectory(layout.log());
      }
      if (!isOnTop(number, Log.list(disk, layout))) {
        return Outcome.OVERTAKEN;
      }
      Boolean mine = isMine(number, fileId);
      if (mine == null) {
        return Outcome.UNKNOWN;
      }
      return mine ? Outcome.PUBLISHED : Outcome.OVERTAKEN;
    } catch (IOException e) {
      tell.accept(StoreIoException.describe("syncing", layout.log(), e));
      return Outcome.UNKNOWN;
    }
  }

  /** Whether nothing of this store stands above a number. */
  private boolean isOnTop(long number, Log log) throws IOException {
    for (long above : log.numbers().tailSet(number, false)) {
      if (!isForeign(above)) {
        return false;
      }
    }
    return log.numbers().contains(number);
  }

  /** The highest number that no other store's record has, 0 for none. */
  long highest(Log log) throws IOException {
    for (long number : log.numbers().descendingSet()) {
      if (!isForeign(number)) {
        return number;
      }
    }
    return 0;
  }

  /** Whether another store's record has a number; says so once. */
  boolean isForeign(long number) throws IOException {
    if (!RecordFile.isForeign(disk, layout, storeId, number)) {
      return false;
    }
    if (foreign.add(number)) {
      tell.accept(
          layout.record(number)
              + " belongs to another store and is ignored; move it where it belongs");
    }
    return true;
  }

  /** The next number that no other store's record is known to have. */
  long freeAfter(long number) {
    long next = number + 1;
    while (foreign.contains(next)) {
      next++;
    }
    return next;
  }
}
