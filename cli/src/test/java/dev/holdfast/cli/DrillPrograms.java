// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Command lines of programs on this class path, and lists in JSON answers. */
final class DrillPrograms {
  private DrillPrograms() {}

  /** With these options a JVM starts fastest. */
  static List<String> java(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            program));
    command.addAll(List.of(arguments));
    return command;
  }

  @SuppressWarnings("unchecked") // what JSON calls an array
  static List<Map<String, Object>> objects(Object json) {
    return (List<Map<String, Object>>) json;
  }
}
