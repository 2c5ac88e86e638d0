// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Disk.FileFacts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Refuses to write into directories of a store that another user made or may change: on shared
 * scratch anyone could have put them there, and could put other files in their place. A store that
 * was opened to the group is shared by its members; none is shared by everybody.
 */
final class Ownership {
  private Ownership() {}

  /** Who may use what is made in an existing store: those who may use the rest. */
  static Access of(Disk disk, StoreLayout layout) throws IOException {
    return disk.facts(layout.root()).groupMayWrite() ? Access.GROUP : Access.OWNER;
  }

  /**
   * Refuses a store that is not this user's, or that more may write than is wanted.
   *
   * @param created a file that this process has just created in it, which tells who it is
   * @throws StoreRefusedException names the directory and the remedy
   */
  static void require(Disk disk, StoreLayout layout, Path created, Access access)
      throws IOException {
    Map<Path, FileFacts> directories = directories(disk, layout);
    directories.forEach(Ownership::requireClosed);
    if (access == Access.OWNER) {
      String me = disk.facts(created).owner();
      directories.forEach((directory, facts) -> requireOwn(directory, facts, me));
    }
  }

  /** Refuses a store that everybody may write. */
  static void requireClosed(Disk disk, StoreLayout layout) throws IOException {
    directories(disk, layout).forEach(Ownership::requireClosed);
  }

  private static Map<Path, FileFacts> directories(Disk disk, StoreLayout layout)
      throws IOException {
    Map<Path, FileFacts> found = new LinkedHashMap<>();
    for (Path directory : List.of(layout.root(), layout.log(), layout.pins())) {
      try {
        found.put(directory, disk.facts(directory));
      } catch (NoSuchFileException e) {
        // The pins are made with the first one, and what is missing cannot mislead.
      }
    }
    return found;
  }

  private static void requireClosed(Path directory, FileFacts facts) {
    if (facts.othersMayWrite()) {
      throw new StoreRefusedException(
          directory, "may be written by others, by everybody; chmod go-w it");
    }
  }

  private static void requireOwn(Path directory, FileFacts facts, String me) {
    if (!facts.owner().equals(me)) {
      throw new StoreRefusedException(
          directory,
          "belongs to "
              + facts.owner()
              + ", and this process writes as "
              + me
              + "; do it as "
              + facts.owner()
              + ", or name another store with --store");
    }
    if (facts.groupMayWrite()) {
      throw new StoreRefusedException(
          directory, "may be written by others; chmod go-w it, or open it with group access");
    }
  }
}
