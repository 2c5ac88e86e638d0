// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A simulation as a properties file: every option by its name without dashes, and what it is about.
 * A value may be several, each on a line of its own after a line break in the file ({@code \n}).
 *
 * @param title what is simulated
 * @param teaches what it shows, in a sentence
 * @param options values by the option's name with its dashes; an empty value for one that stands
 *     alone
 */
record Scenario(String title, String teaches, Map<String, List<String>> options) {
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
    Map<String, List<String>> options = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      String value = properties.getProperty(name).strip();
      if (!name.equals(TITLE) && !name.equals(TEACHES)) {
        options.put("--" + name, values(file, name, value));
      }
    }
    return new Scenario(
        properties.getProperty(TITLE, file.getFileName().toString()),
        properties.getProperty(TEACHES, ""),
        options);
  }

  private static List<String> values(Path file, String name, String value) {
    if (value.isEmpty()) {
      throw new CommandException(
          ExitCode.BAD_CONFIGURATION, file + ": " + name + " has no value; give one or remove it");
    }
    if (FLAGS.contains(name)) {
      return value.equalsIgnoreCase("true") ? List.of("") : List.of();
    }
    return value.lines().map(line -> relative(file, name, line.strip())).toList();
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
