// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Versions that a person wants to stay, whatever the rules say. A pin is an empty file with the
 * version's number for a name; anybody who may write to the store may make one, while a job runs.
 */
public final class Pins {
  private Pins() {}

  /**
   * The pinned versions of a store; none where something else has taken the folder's place, which
   * is told by those who verify it, and keeps others from deleting.
   *
   * @throws StoreIoException when they cannot be read
   */
  public static Set<Long> of(Store store, Disk disk) {
    StoreLayout layout = store.layout();
    try {
      return readable(disk, layout);
    } catch (IOException e) {
      throw new StoreIoException("reading", layout.pins(), e);
    }
  }

  static Set<Long> readable(Disk disk, StoreLayout layout) throws IOException {
    try {
      return list(disk, layout);
    } catch (NotDirectoryException e) {
      return Set.of();
    }
  }

  /** The same for who deletes what is not pinned: where that cannot be known it fails. */
  static Set<Long> list(Disk disk, StoreLayout layout) throws IOException {
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
   * Pins a version. When this returns it will stay.
   *
   * @throws NoUsableVersionException when there is none with this number, or it is just being
   *     deleted
   * @throws dev.holdfast.storage.format.DamagedException when it is not sound
   * @throws StoreRefusedException when the store is another user's, or may be written by everybody
   * @throws StoreIoException when the pin cannot be written
   */
  public static void pin(Store store, Disk disk, long number) {
    StoreLayout layout = store.layout();
    try (StoredVersion version = store.version(number)) {
      version.readAll();
    }
    try {
      make(disk, layout, number);
    } catch (IOException e) {
      throw new StoreIoException("pinning in", layout.pins(), e);
    }
    try {
      // Who deletes looks at the pins after taking the name: one of the two sees the other.
      store.version(number).close();
    } catch (NoUsableVersionException e) {
      unpin(store, disk, number);
      throw e;
    }
  }

  private static void make(Disk disk, StoreLayout layout, long number) throws IOException {
    Access access = Ownership.of(disk, layout);
    try {
      disk.createDirectory(layout.pins(), access);
      StoreDirectory.syncOrLearn(disk, layout.root(), line -> {});
    } catch (FileAlreadyExistsException e) {
      // There are pins already.
    }
    Path pin = layout.pin(number);
    boolean made = true;
    try {
      disk.create(pin, access).close();
    } catch (FileAlreadyExistsException e) {
      made = false; // it is pinned already, perhaps by one that could not sync it
    }
    try {
      Ownership.require(disk, layout, pin, access);
    } catch (StoreRefusedException e) {
      if (made) {
        disk.delete(pin);
      }
      throw e;
    }
    StoreDirectory.syncOrLearn(disk, layout.pins(), line -> {});
  }

  /**
   * Takes a pin away; the next prune may delete the version.
   *
   * @return whether there was one
   * @throws StoreIoException when it cannot be deleted
   */
  public static boolean unpin(Store store, Disk disk, long number) {
    Path pin = store.layout().pin(number);
    try {
      return disk.deleteIfExists(pin);
    } catch (IOException e) {
      throw new StoreIoException("taking away", pin, e);
    }
  }
}
