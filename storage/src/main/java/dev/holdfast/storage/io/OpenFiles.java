// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which processes hold files open for writing, as /proc tells on Linux: descriptors, and writable
 * shared mappings that have none any more. Processes of other users, of other machines and behind
 * the walls of containers are not seen; without /proc none is.
 */
public final class OpenFiles {
  private static final Path PROC = Path.of("/proc");

  /** Of the link in /proc/PID/fd: its owner may write, so the descriptor may. */
  private static final int MAY_WRITE = 0200;

  private static final int PERMISSIONS_FIELD = 1;
  private static final int INODE_FIELD = 4;
  private static final int PATH_FIELD = 5;

  private final Map<Identity, Path> wanted;

  private record Identity(long device, long inode) {}

  private OpenFiles(Map<Identity, Path> wanted) {
    this.wanted = wanted;
  }

  /**
   * A process that may still write one of the files, in words; empty when none is seen.
   *
   * @param files with their stamps
   */
  public static Optional<String> writerOf(Map<Path, FileStamp> files) {
    Map<Identity, Path> wanted = new HashMap<>();
    files.forEach((path, stamp) -> wanted.put(new Identity(stamp.device(), stamp.inode()), path));
    return new OpenFiles(wanted).writer();
  }

  private Optional<String> writer() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        Optional<Path> held = held(process);
        if (held.isPresent()) {
          return Optional.of(
              name(process) + " (pid " + process.getFileName() + ") has " + held.get() + " open");
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // no /proc here
    }
    return Optional.empty();
  }

  private static String name(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException e) {
      return "a process";
    }
  }

  private Optional<Path> held(Path process) {
    Optional<Path> byDescriptor = heldByDescriptor(process.resolve("fd"));
    return byDescriptor.isPresent() ? byDescriptor : heldByMapping(process.resolve("maps"));
  }

  private Optional<Path> heldByDescriptor(Path descriptors) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : open) {
        Path held = heldBy(descriptor);
        if (held != null) {
          return Optional.of(held);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty(); // it has ended, or is somebody else's
    }
    return Optional.empty();
  }

  /** Sockets, pipes and the like, which most descriptors are, lead to names without a path. */
  private @Nullable Path heldBy(Path descriptor) {
    try {
      if (!Files.readSymbolicLink(descriptor).isAbsolute()
          || ((int) Files.getAttribute(descriptor, "unix:mode", NOFOLLOW_LINKS) & MAY_WRITE) == 0) {
        return null;
      }
      Map<String, Object> file = Files.readAttributes(descriptor, "unix:dev,ino");
      if (file.get("dev") instanceof Long device && file.get("ino") instanceof Long inode) {
        return wanted.get(new Identity(device, inode));
      }
      return null;
    } catch (IOException | UncheckedIOException e) {
      return null; // closed meanwhile
    }
  }

  /** Most processes have no such mapping: that is seen without taking thousands of lines apart. */
  private Optional<Path> heldByMapping(Path maps) {
    try {
      String text = Files.readString(maps, StandardCharsets.ISO_8859_1);
      return text.contains("w-s ") || text.contains("wxs ")
          ? text.lines().flatMap(line -> mapped(line).stream()).findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The path decides too, because some file systems show other numbers here than elsewhere. */
  private Optional<Path> mapped(String line) {
    String[] fields = line.split(" +", PATH_FIELD + 1);
    if (fields.length <= PATH_FIELD
        || fields[PERMISSIONS_FIELD].charAt(1) != 'w'
        || fields[PERMISSIONS_FIELD].charAt(3) != 's') {
      return Optional.empty();
    }
    byte[] path = fields[PATH_FIELD].getBytes(StandardCharsets.ISO_8859_1);
    String name = new String(path, StandardCharsets.UTF_8);
    return wanted.entrySet().stream()
        .filter(one ->
            name.equals(one.getValue().toString())
                || (fields[INODE_FIELD].equals(Long.toString(one.getKey().inode()))
                    && name.endsWith("/" + one.getValue().getFileName())))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
