// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The scripts of examples/batch, with the two lines changed that a user has to change. */
final class ReadyScript {
  static final Path FOLDER = Path.of("").toAbsolutePath().resolveSibling("examples/batch");

  private ReadyScript() {}

  /**
   * Writes a script into a folder.
   *
   * @param program for a shell
   * @param before lines that are run before all others
   */
  static Path write(Path work, String name, Installed installed, String program, String before)
      throws IOException {
    List<String> lines = new ArrayList<>();
    int changed = 0;
    for (String line : Files.readAllLines(FOLDER.resolve(name))) {
      if (line.startsWith("holdfast=")) {
        lines.addAll(before.lines().toList());
        lines.add("holdfast=" + installed.launcher());
        changed++;
      } else if (line.startsWith("program=")) {
        lines.add("program=(" + program + ")");
        changed++;
      } else {
        lines.add(line);
      }
    }
    assertEquals(2, changed, name);
    return Files.write(work.resolve(name), lines);
  }
}
