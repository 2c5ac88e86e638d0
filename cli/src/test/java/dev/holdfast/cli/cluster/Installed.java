// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The command as a user of a cluster has it: the launcher with the jar beside it, in a folder that
 * all nodes see and everybody may read.
 */
record Installed(Path folder) {
  private static final Duration COMPILER_LIMIT = Duration.ofMinutes(2);

  /** Installs what this build has packaged. */
  static Installed into(Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("holdfast"));
    Path jar = Path.of(System.getProperty("holdfast.jar", "target/holdfast.jar"));
    assertTrue(Files.exists(jar), () -> jar.toAbsolutePath() + " is missing: package it first");
    Files.copy(jar, Files.createDirectories(folder.resolve("lib")).resolve("holdfast.jar"));
    Path source = Path.of("").toAbsolutePath().resolveSibling("holdfast");
    Path launcher = Files.copy(source, folder.resolve("holdfast"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Installed(folder);
  }

  Path launcher() {
    return folder.resolve("holdfast");
  }

  private Path jar() {
    return folder.resolve("lib/holdfast.jar");
  }

  /** The command line of an example in Java, for a shell. */
  String java(String program, Object... arguments) {
    StringBuilder line = new StringBuilder();
    line.append(Path.of(System.getProperty("java.home"), "bin", "java"));
    // With these a JVM starts fastest and is smallest.
    line.append(" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m");
    line.append(" --enable-native-access=ALL-UNNAMED -cp ").append(jar()).append(' ');
    line.append(program);
    for (Object argument : arguments) {
      line.append(' ').append(argument);
    }
    return line.toString();
  }

  /** Compiles the example in C; returns the program. */
  Path compileHeat() throws IOException, InterruptedException {
    Path source = Path.of("").toAbsolutePath().resolveSibling("examples/native/heat.c");
    Path program = folder.resolve("heat");
    Shell.run(
            COMPILER_LIMIT,
            Map.of(),
            List.of("gcc", "-O2", "-o", program.toString(), source.toString()))
        .mustSucceed();
    return program;
  }
}
