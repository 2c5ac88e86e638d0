// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder through which a program that writes its own files is asked for checkpoints: {@code
 * due} is the question, the program renames it to {@code writing} and then to {@code written}.
 */
record ControlFolder(Path folder) {
  ControlFolder {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Path due() {
    return folder.resolve("due");
  }

  Path writing() {
    return folder.resolve("writing");
  }

  Path written() {
    return folder.resolve("written");
  }

  /** Asks, unless the last question has not been answered yet. Returns how many answers it took. */
  int askAgain() throws IOException {
    if (Files.exists(due()) || Files.exists(writing())) {
      return 0;
    }
    int answers = Files.deleteIfExists(written()) ? 1 : 0;
    Files.createFile(due());
    return answers;
  }

  /** What a new attempt finds: no question is open. */
  void clear() throws IOException {
    Files.deleteIfExists(due());
    Files.deleteIfExists(writing());
    Files.deleteIfExists(written());
  }

  Map<String, String> environment(int attempt, String restart) {
    assertTrue(attempt >= 1);
    return Map.of(
        "HOLDFAST_DIR", folder.toString(),
        "HOLDFAST_DUE", due().toString(),
        "HOLDFAST_INTERVAL_S", "0.5",
        "HOLDFAST_ATTEMPT", Integer.toString(attempt),
        "HOLDFAST_RESTART", restart);
  }
}
