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
 * The folder that a drill works in, and the demonstration, which is one.
 *
 * @param path absolute
 * @param existed whether it was there before, empty
 */
record WorkFolder(Path path, boolean existed) {

  /**
   * Makes the folder that was asked for, or a temporary one.
   *
   * @param option the option that names one
   * @param verb the beginning of the name of a temporary one
   * @throws CommandException when that cannot be
   */
  static WorkFolder make(@Nullable Path wanted, String option, String verb) {
    return wanted == null
        ? temporary(option, verb)
        : named(wanted.toAbsolutePath().normalize(), option);
  }

  private static WorkFolder temporary(String option, String verb) {
    Path parent = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    try {
      return new WorkFolder(Files.createTempDirectory(parent, "holdfast-" + verb + "-"), false);
    } catch (IOException e) {
      throw cannot("making a folder in", parent, option, e);
    }
  }

  private static WorkFolder named(Path folder, String option) {
    try {
      if (!Files.exists(folder)) {
        return new WorkFolder(Files.createDirectories(folder), false);
      }
      if (!Files.isDirectory(folder) || !isEmpty(folder)) {
        throw new CommandException(
            ExitCode.CANNOT_CREATE,
            folder + " is not an empty folder; name another with " + option);
      }
      return new WorkFolder(folder, true);
    } catch (IOException e) {
      throw cannot("making", folder, option, e);
    }
  }

  private static CommandException cannot(String doing, Path folder, String option, IOException e) {
    return new CommandException(
        ExitCode.CANNOT_CREATE,
        new StoreIoException(doing, folder, e).getMessage() + "; or name another with " + option);
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
