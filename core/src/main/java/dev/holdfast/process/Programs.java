// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds programs as a shell does. */
public final class Programs {
  private static final String PATH_DEFAULT = "/usr/bin:/bin";

  private Programs() {}

  /**
   * The program that a name without a slash means.
   *
   * @return empty when no folder of PATH has an executable file of that name
   */
  public static Optional<Path> onPath(String name) {
    return onPath(name, System.getenv().getOrDefault("PATH", PATH_DEFAULT));
  }

  /**
   * The same with another search path.
   *
   * @param path folders as in the variable PATH
   */
  public static Optional<Path> onPath(String name, String path) {
    return Stream.of(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
