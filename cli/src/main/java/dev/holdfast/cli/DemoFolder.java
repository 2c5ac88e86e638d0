// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.StoreIoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a demonstration works in.
 *
 * @param path absolute
 * @param existed whether it was there before, empty
 */
record DemoFolder(Path path, boolean existed) {

  /**
   * Makes the folder that was asked for, or a temporary one.
   *
   * @throws CommandException when that cannot be
   */
  static DemoFolder make(@Nullable Path wanted) {
    return wanted == null ? temporary() : named(wanted.toAbsolutePath().normalize());
  }

  private static DemoFolder temporary() {
    Path parent = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    try {
      return new DemoFolder(Files.createTempDirectory(parent, "holdfast-demo-"), false);
    } catch (IOException e) {
      throw cannot("making a folder in", parent, e);
    }
  }

  private static DemoFolder named(Path folder) {
    try {
      if (!Files.exists(folder)) {
        return new DemoFolder(Files.createDirectories(folder), false);
      }
      if (!Files.isDirectory(folder) || !isEmpty(folder)) {
        throw new CommandException(
            ExitCode.CANNOT_CREATE, folder + " is not an empty folder; name another with --dir");
      }
      return new DemoFolder(folder, true);
    } catch (IOException e) {
      throw cannot("making", folder, e);
    }
  }

  private static CommandException cannot(String doing, Path folder, IOException e) {
    return new CommandException(
        ExitCode.CANNOT_CREATE,
        new StoreIoException(doing, folder, e).getMessage() + "; or name another with --dir");
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Removes what is in it, and itself unless it was there before. */
  void remove() throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(path)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : all) {
      if (!existed || !entry.equals(path)) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
