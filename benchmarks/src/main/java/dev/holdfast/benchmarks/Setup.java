// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a benchmark works and what it leaves; {@code benchmarks/run} says it.
 *
 * @param scratch a folder on the file system that is measured
 * @param results where the JSON goes
 * @param figures where the drawings go
 * @param quick a smoke test: small states, few rounds
 */
public record Setup(Path scratch, Path results, Path figures, boolean quick) {

  /** Takes the arguments SCRATCH RESULTS FIGURES quick|full and makes the folders. */
  public static Setup of(String... args) throws IOException {
    if (args.length < 4) {
      throw new IllegalArgumentException(
          "arguments: SCRATCH RESULTS FIGURES quick|full; benchmarks/run gives them");
    }
    return new Setup(folder(args[0]), folder(args[1]), folder(args[2]), args[3].equals("quick"));
  }

  private static Path folder(String name) throws IOException {
    return Files.createDirectories(Path.of(name).toAbsolutePath());
  }
}
