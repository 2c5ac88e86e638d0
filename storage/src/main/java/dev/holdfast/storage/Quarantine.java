// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Disk.FileFacts;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The folder of files that were damaged. What repair replaces or sets aside gets a second name
 * there that is durable before the first one goes: no byte of a store is ever lost by a repair.
 */
final class Quarantine {
  private static final int COPY_BYTES = 1 << 20;
  private static final int NAMES_MAX = 10_000;

  private final Disk disk;
  private final StoreLayout layout;
  private final Access access;

  Quarantine(Disk disk, StoreLayout layout) throws IOException {
    this.disk = disk;
    this.layout = layout;
    this.access = Ownership.of(disk, layout);
  }

  /** The numbers of the records of which it holds a file. */
  static Set<Long> numbers(Disk disk, StoreLayout layout) throws IOException {
    Set<Long> numbers = new TreeSet<>();
    for (Path file : files(disk, layout)) {
      StoreLayout.quarantinedNumber(file.getFileName().toString()).ifPresent(numbers::add);
    }
    return numbers;
  }

  /** Everything in it. */
  static List<Path> files(Disk disk, StoreLayout layout) throws IOException {
    try {
      return disk.list(layout.quarantine()).stream()
          .sorted()
          .map(layout.quarantine()::resolve)
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of(); // it is made with the first repair
    }
  }

  /** Who may read and write what a repair makes. */
  Access access() {
    return access;
  }

  /**
   * Gives a file a durable second name in quarantine. What is no file, and so has taken the place
   * of one, can have no second name: it is moved.
   *
   * @return that name
   */
  Path keep(Path damaged) throws IOException {
    boolean regular = disk.facts(damaged).type() == FileFacts.Type.REGULAR;
    create();
    for (int k = 1; k < NAMES_MAX; k++) {
      Path name = layout.quarantine().resolve(damaged.getFileName() + "-" + k);
      try {
        if (regular) {
          linkOrCopy(damaged, name);
        } else {
          move(damaged, name);
        }
        sync(layout.quarantine());
        return name;
      } catch (FileAlreadyExistsException e) {
        // Taken by an earlier repair.
      }
    }
    throw new IOException("too many files of this name in quarantine: move some away");
  }

  /** Moves a file, or what stands in the place of one, into quarantine. */
  Path moveHere(Path damaged) throws IOException {
    Path name = keep(damaged);
    disk.deleteIfExists(damaged); // it may have been no file
    sync(directory(damaged));
    return name;
  }

  private void move(Path damaged, Path name) throws IOException {
    if (disk.exists(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    disk.rename(damaged, name);
  }

  private static Path directory(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private void create() throws IOException {
    try {
      disk.createDirectory(layout.quarantine(), access);
    } catch (FileAlreadyExistsException e) {
      // By an earlier repair, which may have been interrupted before its name was durable.
    }
    sync(layout.root());
  }

  private void linkOrCopy(Path damaged, Path name) throws IOException {
    try {
      disk.link(damaged, name);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      if (!Publisher.linksUnsupported(e)) {
        throw e;
      }
      copy(damaged, name);
    }
  }

  private void copy(Path damaged, Path name) throws IOException {
    DiskFile created = disk.create(name, access);
    try (DiskFile to = created;
        DamagedImage from = new DamagedImage(disk, damaged)) {
      for (long at = 0; at < from.size(); at += COPY_BYTES) {
        int bytes = (int) Math.min(COPY_BYTES, from.size() - at);
        to.writeFully(ByteBuffer.wrap(from.read(at, bytes)), at);
      }
      to.sync();
    } catch (IOException e) {
      disk.delete(name);
      throw e;
    }
  }

  /** Where a directory cannot be synced, a repair survives as much as the versions do. */
  void sync(Path directory) throws IOException {
    StoreDirectory.syncOrLearn(disk, directory, told -> {});
  }
}
