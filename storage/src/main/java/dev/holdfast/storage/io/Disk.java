// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The one door to the disk, and the contract Holdfast's promises rest on.
 *
 * <p>What may be relied on, and no more:
 *
 * <ul>
 *   <li>{@link DiskFile#sync} that returns has made the file's bytes and length durable, not its
 *       name. One that throws has made nothing durable, and never will: the kernel marks the pages
 *       clean and a second sync would succeed without having written them.
 *   <li>{@link #syncDirectory} that returns has made every name in the directory durable as it
 *       stands. Until then a created, linked, renamed or deleted name may be seen or not after a
 *       crash.
 *   <li>{@link #link} fails when the target name exists; two processes linking to one name: exactly
 *       one succeeds.
 *   <li>Closing makes nothing durable.
 *   <li>A write may be short; nothing else about it may be assumed before a sync.
 * </ul>
 *
 * <p>Failures are {@link IOException}s; {@link IoKind#of} names their kind. An implementation is
 * called on threads that nobody interrupts, because an interrupt closes a channel.
 */
public interface Disk {

  /** The machine's own file systems. */
  static Disk local() {
    return LocalDisk.INSTANCE;
  }

  /** The names in a directory, read afresh, in no particular order. */
  List<String> list(Path directory) throws IOException;

  /** Creates a file for writing that did not exist, readable by its owner (and {@code access}). */
  DiskFile create(Path file, Access access) throws IOException;

  /** Opens a regular file for reading; a symbolic link, pipe or device is refused. */
  DiskFile open(Path file) throws IOException;

  /** Opens a program's output file for reading and writing, and creates it when it is missing. */
  DiskFile openOutput(Path file) throws IOException;

  /** Creates one directory; its parent must exist. */
  void createDirectory(Path directory, Access access) throws IOException;

  /** Gives an existing file a second name; fails with FileAlreadyExistsException if it is taken. */
  void link(Path existing, Path name) throws IOException;

  /** Renames within a directory, replacing the target. */
  void rename(Path from, Path to) throws IOException;

  void delete(Path file) throws IOException;

  /**
   * Deletes what may be missing.
   *
   * @return whether it was there
   */
  default boolean deleteIfExists(Path file) throws IOException {
    try {
      delete(file);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Makes the directory's names durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Sets the modification time to now. */
  void touch(Path file) throws IOException;

  /** Facts about a name, not following a symbolic link; NoSuchFileException when it is missing. */
  FileFacts facts(Path file) throws IOException;

  /** Whether a name is taken, by whatever. */
  default boolean exists(Path name) throws IOException {
    try {
      facts(name);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The path with its symbolic links resolved; it must exist. */
  Path realPath(Path existing) throws IOException;

  /** The type of the file system, such as {@code ext4}, {@code tmpfs} or {@code nfs4}. */
  String fileSystemType(Path existing) throws IOException;

  /** Bytes that may still be written there, by the file system's own account (quotas excluded). */
  long usableBytes(Path existing) throws IOException;

  /** Who may read and write what is created. */
  enum Access {
    /** Only the owner: 0600 and 0700. */
    OWNER,
    /** The owner's group too: 0660 and 2770. */
    GROUP,
    /** Whoever the process's umask lets: for a file that a person has asked for by its name. */
    UMASK
  }

  /**
   * Facts about a name.
   *
   * @param type what it is
   * @param bytes its size
   * @param modifiedEpochMs its modification time
   * @param owner the owner's name or number
   * @param groupMayWrite whether members of its group may write it
   * @param othersMayWrite whether everybody may write it
   */
  record FileFacts(
      Type type,
      long bytes,
      long modifiedEpochMs,
      String owner,
      boolean groupMayWrite,
      boolean othersMayWrite) {
    /** Kinds of file. */
    public enum Type {
      REGULAR,
      DIRECTORY,
      SYMBOLIC_LINK,
      OTHER
    }
  }
}
