// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Files that a program writes itself, and flags by which it and Holdfast speak. Their content is
 * read and written through {@link Disk}; this is what a store has no use for: names, stamps, modes
 * and times.
 */
public final class ProgramFiles {
  private static final String STAMP =
      "unix:dev,ino,size,lastModifiedTime,ctime,creationTime,mode,isRegularFile";
  private static final int PERMISSIONS = 0777;

  private ProgramFiles() {}

  /** The stamp of a regular file; empty when there is none, as for a link or a directory. */
  public static Optional<FileStamp> stamp(Path file) throws IOException {
    try {
      Map<String, Object> found = Files.readAttributes(file, STAMP, NOFOLLOW_LINKS);
      return Boolean.TRUE.equals(found.get("isRegularFile"))
          ? Optional.of(stamp(found))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (isNoDirectory(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** A part of the path that should be a directory is a file. */
  private static boolean isNoDirectory(IOException failure) {
    return failure instanceof NotDirectoryException
        || String.valueOf(failure.getMessage()).endsWith("Not a directory");
  }

  private static FileStamp stamp(Map<String, Object> found) {
    return new FileStamp(
        number(found, "dev"),
        number(found, "ino"),
        number(found, "size"),
        nanos(found, "lastModifiedTime"),
        nanos(found, "ctime"),
        nanos(found, "creationTime"),
        (int) number(found, "mode") & PERMISSIONS);
  }

  private static long number(Map<String, Object> found, String name) {
    return found.get(name) instanceof Number number ? number.longValue() : 0;
  }

  private static long nanos(Map<String, Object> found, String name) {
    return found.get(name) instanceof FileTime time ? time.to(NANOSECONDS) : 0;
  }

  /** When a directory's names changed last, in nanoseconds since 1970; empty when it is missing. */
  public static OptionalLong modifiedNs(Path directory) throws IOException {
    try {
      return OptionalLong.of(Files.getLastModifiedTime(directory).to(NANOSECONDS));
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  /** Whether there is anything of this name, a dangling link included. */
  public static boolean exists(Path path) {
    return Files.exists(path, NOFOLLOW_LINKS);
  }

  /** Whether the name is a symbolic link. */
  public static boolean isLink(Path path) {
    return Files.isSymbolicLink(path);
  }

  /** Whether this is a directory, perhaps behind a link. */
  public static boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  /** The names in a directory in no particular order; none when there is no such directory. */
  public static List<String> list(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Makes an empty file that is its owner's alone, unless there is one. */
  public static void makeEmpty(Path file) throws IOException {
    try {
      Files.createFile(file, PrivateFile.FILE);
    } catch (FileAlreadyExistsException e) {
      // As wanted.
    }
  }

  /** Deletes a file or an empty directory; whether there was one that could be deleted. */
  public static boolean delete(Path path) throws IOException {
    try {
      return Files.deleteIfExists(path);
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  /** Makes a directory and those above it, with the modes that the process gives new ones. */
  public static void makeDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  /** Makes a directory that is its owner's alone, and those above it, unless it is there. */
  public static void makePrivateDirectory(Path directory) throws IOException {
    Files.createDirectories(directory, PrivateFile.DIRECTORY);
  }

  /** Renames within a file system, replacing the target at once. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Gives a file its permission bits and modification time. */
  public static void dress(Path file, int mode, long modifiedNs) throws IOException {
    Files.setAttribute(file, "unix:mode", mode & PERMISSIONS, NOFOLLOW_LINKS);
    Files.setLastModifiedTime(file, FileTime.from(modifiedNs, NANOSECONDS));
  }
}
