// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file the command writes and may replace: what is in it can be had again by the same command
 * line. The ending of its name must say so, lest a slip of the hand replaces something else.
 */
final class OutFile {
  private OutFile() {}

  static void checkEnding(String option, Path file, String ending) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ending)) {
      throw new CommandException(
          ExitCode.USAGE, option + " \"" + file + "\": name a file that ends in " + ending);
    }
  }

  static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (FileSystemException e) {
      throw cannot(file, e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
    } catch (IOException e) {
      throw cannot(file, String.valueOf(e.getMessage()));
    }
  }

  private static CommandException cannot(Path file, String why) {
    return new CommandException(
        ExitCode.CANNOT_CREATE,
        "cannot create " + file + ": " + why + "; name a file in a folder you may write to");
  }
}
