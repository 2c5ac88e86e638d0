// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/**
 * A simulation as a properties file: every option by its name without dashes, and what it is about.
 * A value may be several, each on a line of its own after a line break in the file ({@code \n}).
 *
 * @param title what is simulated
 * @param teaches what it shows, in a sentence
 * @param arguments the options, as on a command line
 */
record Scenario(String title, String teaches, List<String> arguments) {
  private static final String TITLE = "title";
  private static final String TEACHES = "teaches";

  /** Options that stand alone. */
  private static final List<String> FLAGS = List.of("drop-zeros");

  static Scenario read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw unreadable(file, "permission denied", e);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(file, String.valueOf(e.getMessage()), e);
    }
    List<String> arguments = new ArrayList<>();
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      String value = properties.getProperty(name).strip();
      if (!name.equals(TITLE) && !name.equals(TEACHES)) {
        arguments.addAll(arguments(file, name, value));
      }
    }
    return new Scenario(
        properties.getProperty(TITLE, file.getFileName().toString()),
        properties.getProperty(TEACHES, ""),
        arguments);
  }

  private static List<String> arguments(Path file, String name, String value) {
    String option = "--" + name;
    if (FLAGS.contains(name)) {
      return value.equalsIgnoreCase("true") ? List.of(option) : List.of();
    }
    if (value.isEmpty()) {
      throw new CommandException(
          ExitCode.BAD_CONFIGURATION, file + ": " + name + " has no value; give one or remove it");
    }
    List<String> arguments = new ArrayList<>();
    value
        .lines()
        .map(String::strip)
        .forEach(line -> {
          arguments.add(option);
          arguments.add(relative(file, name, line));
        });
    return arguments;
  }

  /** A log that a scenario names lies beside the scenario. */
  private static String relative(Path file, String name, String value) {
    return name.equals("trace") || name.equals("fit")
        ? file.toAbsolutePath().resolveSibling(value).toString()
        : value;
  }

  private static CommandException unreadable(Path file, String why, Exception cause) {
    CommandException failure =
        new CommandException(ExitCode.IO_ERROR, "cannot read " + file + ": " + why);
    failure.initCause(cause);
    return failure;
  }
}
