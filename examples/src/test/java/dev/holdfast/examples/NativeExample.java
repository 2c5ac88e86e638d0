// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the tests must know of each program that is not Java and writes its own restart files. */
enum NativeExample {
  C("gcc", "heat.csv", "heat-\\d+\\.chk") {
    @Override
    List<String> build(Path into) throws Exception {
      Path program = into.resolve("heat");
      compile(
          "gcc",
          "-std=c99",
          "-pedantic",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-O2",
          "-o",
          program,
          source("heat.c"));
      return List.of(program.toString(), "96", "60000");
    }
  },
  FORTRAN("gfortran", "plate.csv", "plate\\..\\.chk") {
    @Override
    List<String> build(Path into) throws Exception {
      Path program = into.resolve("plate");
      compile(
          "gfortran",
          "-std=f2018",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-O2",
          "-J",
          into,
          "-o",
          program,
          source("holdfast.f90"),
          source("plate.f90"));
      return List.of(program.toString(), "96", "60000");
    }
  },
  PYTHON("python3", "rod.csv", "rod-\\d+\\.json") {
    @Override
    List<String> build(Path into) {
      return List.of("python3", "-B", source("rod.py").toString(), "200", "20000");
    }

    @Override
    boolean isWhole(Path file) {
      String marker = file.getFileName().toString().replace(".json", ".ok");
      return Files.exists(file.resolveSibling(marker));
    }
  };

  private final String tool;
  private final String output;
  private final Pattern state;

  NativeExample(String tool, String output, String state) {
    this.tool = tool;
    this.output = output;
    this.state = Pattern.compile(state);
  }

  /** Makes it runnable; returns the command, which takes a second or two undisturbed. */
  abstract List<String> build(Path into) throws Exception;

  /** The file it appends to. */
  String output() {
    return output;
  }

  /** Skips the test, with the reason, on a machine without the language. */
  List<String> buildOrSkip(Path into) throws Exception {
    assumeTrue(isOnPath(tool), tool + " is not installed: " + this + " is not tested");
    return build(into);
  }

  /** Whether the program says that it has written all of this file. */
  boolean isWhole(Path file) {
    return true;
  }

  /** The whole restart files in a folder, in the order of their names. */
  List<Path> restartFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> state.matcher(file.getFileName().toString()).matches())
          .filter(this::isWhole)
          .sorted()
          .toList();
    }
  }

  static boolean isOnPath(String tool) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  static Path source(String name) {
    return Path.of("native", name).toAbsolutePath();
  }

  /** A compiler must succeed and have nothing to say. */
  static void compile(Object... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    for (Object word : command) {
      words.add(word.toString());
    }
    Process compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("", said, () -> String.join(" ", words));
    assertEquals(0, compiler.waitFor(), () -> String.join(" ", words));
  }
}
