// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Published failure logs, which the project does not ship: beside its root, or absent. */
public final class SharedData {
  private SharedData() {}

  /** The LANL log; without it the test is skipped. */
  public static Path lanl() {
    return failures("LA-UR-05-7318-failure-data-1996-2005.csv");
  }

  static Path infiniteHbd() {
    return failures("infinitehbd-fault-trace.json");
  }

  private static Path failures(String name) {
    Path here = Path.of("").toAbsolutePath();
    // Maven runs tests in their module, other tools in the root.
    boolean inRoot = Files.exists(here.resolve("mvnw"));
    Path shared = here.resolve(inRoot ? "../shared" : "../../shared");
    Path file = shared.resolve("data/failures").resolve(name).normalize();
    assumeTrue(Files.exists(file), () -> "without " + file);
    return file;
  }
}
