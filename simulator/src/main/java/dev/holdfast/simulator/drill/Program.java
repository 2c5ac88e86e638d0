// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.process.Programs;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds a program, and makes a command independent of the folder that it is given in, because it is
 * run in another one.
 */
public final class Program {
  private static final Set<String> PATH_OPTIONS =
      Set.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "-jar");

  private Program() {}

  /**
   * The command with absolute paths for the program, for the values of Java's path options and, if
   * it is a file, for the first argument, a script, and for Java sources. Other arguments stay as
   * they are: whether a name means a file to read or one to make nobody knows.
   *
   * @param command what to run
   * @param here the folder that relative paths mean
   * @throws DrillException when there is no such program
   */
  public static List<String> locate(List<String> command, Path here) {
    List<String> located = new ArrayList<>(command);
    located.set(0, program(command.getFirst(), here));
    for (int i = 1; i < located.size(); i++) {
      String argument = located.get(i);
      if (PATH_OPTIONS.contains(located.get(i - 1))) {
        located.set(i, absolute(argument, here));
      } else if ((i == 1 || argument.endsWith(".java"))
          && Files.isRegularFile(here.resolve(argument))) {
        located.set(i, here.resolve(argument).toAbsolutePath().normalize().toString());
      }
    }
    return located;
  }

  private static String program(String name, Path here) {
    if (name.contains("/")) {
      Path path = here.resolve(name).toAbsolutePath().normalize();
      if (!Files.isRegularFile(path)) {
        throw new DrillException("there is no program " + path);
      }
      if (!Files.isExecutable(path)) {
        throw new DrillException(path + " cannot be executed; chmod +x makes it a program");
      }
      return path.toString();
    }
    return Programs.onPath(name)
        .orElseThrow(() -> new DrillException("there is no program " + name + " on the PATH"))
        .toString();
  }

  private static String absolute(String paths, Path here) {
    return Stream.of(paths.split(File.pathSeparator, -1))
        .map(part -> part.isEmpty() ? part : here.resolve(part).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
