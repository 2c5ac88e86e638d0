// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Disk.FileFacts;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Finds or makes the directories of a store, refuses what is not one, and learns what the file
 * system can promise.
 */
final class StoreDirectory {
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<String> OWN_NAMES =
      Set.of("HOLDFAST", "ALIVE", "STOP", "log", "parts", "pins", "quarantine");

  private final StoreLayout layout;
  private final Level level;
  private final boolean directorySync;

  private StoreDirectory(StoreLayout layout, Level level, boolean directorySync) {
    this.layout = layout;
    this.level = level;
    this.directorySync = directorySync;
  }

  StoreLayout layout() {
    return layout;
  }

  /** What a version here survives at most. */
  Level level() {
    return level;
  }

  /** Whether directories can be synced here. */
  boolean directorySync() {
    return directorySync;
  }

  /**
   * Whether a store is there; one whose making was interrupted before its first record is not.
   *
   * @throws StoreRefusedException when something else is there
   */
  static boolean exists(Disk disk, Path path) throws IOException {
    FileFacts facts;
    try {
      facts = disk.facts(path);
      if (facts.type() == FileFacts.Type.SYMBOLIC_LINK) {
        facts = disk.facts(disk.realPath(path));
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    if (facts.type() != FileFacts.Type.DIRECTORY) {
      throw new StoreRefusedException(path, "is not a directory; name another store with --store");
    }
    List<String> names = disk.list(path);
    if (names.stream().anyMatch(StoreDirectory::tellsOfALog)) {
      return true;
    }
    List<String> logNames = names.contains("log") ? disk.list(path.resolve("log")) : List.of();
    if (logNames.stream().anyMatch(name -> StoreLayout.recordNumber(name).isPresent())) {
      return true;
    }
    Stream.concat(
            names.stream().filter(name -> !isOwn(name)),
            logNames.stream().filter(name -> StoreLayout.temporaryAttempt(name).isEmpty()))
        .findFirst()
        .ifPresent(foreign -> {
          throw new StoreRefusedException(
              path,
              "is not a Holdfast store (it holds "
                  + foreign
                  + "); name another with --store or HOLDFAST_STORE");
        });
    return false;
  }

  /** HOLDFAST is made when there is a log. */
  private static boolean tellsOfALog(String name) {
    return name.equals("HOLDFAST") || StoreLayout.tellsOfARecord(name);
  }

  private static boolean isOwn(String name) {
    return OWN_NAMES.contains(name)
        || StoreLayout.isRootTemporary(name)
        || StoreLayout.newestNumber(name).isPresent();
  }

  /** The layout of an existing store, its path resolved once. */
  static StoreLayout resolve(Disk disk, Path path, Keys keys) throws IOException {
    StoreLayout layout = new StoreLayout(disk.realPath(path), keys);
    for (String name : OWN_NAMES) {
      refuseLink(disk, layout.root().resolve(name));
    }
    return layout;
  }

  /**
   * Makes sure that the log has not been lost.
   *
   * @throws NoUsableVersionException when it has
   */
  static void refuseLostLog(Disk disk, StoreLayout layout) throws IOException {
    if (isLogLost(disk, layout)) {
      throw new NoUsableVersionException(
          layout.root(),
          "has lost its directory log with every version; put it back, or set HOLDFAST_FRESH=1 to"
              + " begin anew, which sets the rest aside");
    }
  }

  static boolean isLogLost(Disk disk, StoreLayout layout) throws IOException {
    return !disk.exists(layout.log())
        && disk.list(layout.root()).stream().anyMatch(StoreDirectory::tellsOfALog);
  }

  private static void refuseLink(Disk disk, Path path) throws IOException {
    try {
      if (disk.facts(path).type() == FileFacts.Type.SYMBOLIC_LINK) {
        throw new StoreRefusedException(
            path, "is a symbolic link inside a store; replace it by what it points to");
      }
    } catch (NoSuchFileException e) {
      // What is missing cannot mislead.
    }
  }

  /** Makes what is missing of the directories, durably, and learns about the file system. */
  static StoreDirectory prepare(
      Disk disk, Path path, Access access, Keys keys, Consumer<String> tell) throws IOException {
    createIfMissing(disk, path, access);
    StoreLayout layout = resolve(disk, path, keys);
    refuseLostLog(disk, layout);
    createIfMissing(disk, layout.log(), access);
    boolean synced = syncOrLearn(disk, layout.log(), tell);
    synced &= syncOrLearn(disk, layout.root(), tell);
    Path parent = layout.root().getParent();
    boolean parentSynced = parent == null || syncOrLearn(disk, parent, tell);
    String type = disk.fileSystemType(layout.log()).toLowerCase(Locale.ROOT);
    boolean survivesNode = synced && parentSynced && !IN_MEMORY.contains(type);
    return new StoreDirectory(layout, survivesNode ? Level.NODE : Level.PROCESS, synced);
  }

  private static void createIfMissing(Disk disk, Path directory, Access access) throws IOException {
    if (disk.exists(directory)) {
      return;
    }
    try {
      disk.createDirectory(directory, access);
    } catch (FileAlreadyExistsException e) {
      // Another process makes the same store at this moment; the log decides who holds it.
    } catch (NoSuchFileException e) {
      throw new StoreRefusedException(
          directory,
          "cannot be made, because its parent directory does not exist; make that first, or name"
              + " another store with --store");
    }
  }

  /** Syncs a directory; false where the file system or our rights do not allow it. */
  static boolean syncOrLearn(Disk disk, Path directory, Consumer<String> tell) throws IOException {
    try {
      disk.syncDirectory(directory);
      return true;
    } catch (IOException e) {
      if (!cannotBeSynced(e)) {
        throw e;
      }
      tell.accept(
          "directory "
              + directory
              + " cannot be synced here: versions survive the end of the process, not of the node");
      return false;
    }
  }

  /**
   * Whether a failed directory sync says that it is never possible there, not that it went wrong.
   */
  static boolean cannotBeSynced(IOException failure) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof AccessDeniedException
        || reason.contains("invalid argument")
        || reason.contains("not supported");
  }
}
