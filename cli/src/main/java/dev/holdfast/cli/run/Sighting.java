// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** What /proc shows of a command's processes: whether they work, and where they stand. */
final class Sighting {
  private static final Path PROC = Path.of("/proc");

  /** Fields of /proc/PID/stat, counted from the state. */
  private static final int STATE = 0;

  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final double TICKS_PER_SECOND = 100;
  private static final int STACK_LINES = 6;

  private Sighting() {}

  /** Processor time of processes, in seconds; of those that have ended it is not counted. */
  static double cpuSeconds(List<Long> processes) {
    double ticks = 0;
    for (long process : processes) {
      List<String> stat = stat(process);
      if (stat.size() > SYSTEM_TICKS) {
        ticks += number(stat.get(USER_TICKS)) + number(stat.get(SYSTEM_TICKS));
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Whether a process is stopped by a signal, as a scheduler does that shares its nodes. */
  static boolean suspended(long process) {
    List<String> stat = stat(process);
    return !stat.isEmpty() && (stat.get(STATE).equals("T") || stat.get(STATE).equals("t"));
  }

  private static List<String> stat(long process) {
    String stat = read(PROC.resolve(process + "/stat"));
    // The name, in parentheses, may hold anything.
    int name = stat.lastIndexOf(')');
    return name < 0 ? List.of() : List.of(stat.substring(name + 2).split(" ", -1));
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // it has ended, or is another user's
    }
  }

  /** The length of the supervisor's own output and error, which the command writes to as well. */
  static long outputBytes() {
    long bytes = 0;
    for (String stream : new String[] {"self/fd/1", "self/fd/2"}) {
      try {
        BasicFileAttributes facts =
            Files.readAttributes(PROC.resolve(stream), BasicFileAttributes.class);
        bytes += facts.isRegularFile() ? facts.size() : 0;
      } catch (IOException e) {
        // Closed, or no /proc: then only versions and processor time tell.
      }
    }
    return bytes;
  }

  /** Whether a process is a Java virtual machine: it prints its threads when it gets QUIT. */
  static boolean isJvm(long process) {
    return read(PROC.resolve(process + "/maps")).contains("/libjvm.so");
  }

  /** Where processes stand, a line or more for each. */
  static List<String> describe(List<Long> processes) {
    List<String> lines = new ArrayList<>();
    for (long process : processes) {
      List<String> stat = stat(process);
      if (!stat.isEmpty()) {
        String wait = read(PROC.resolve(process + "/wchan")).strip();
        lines.add(
            "process "
                + process
                + " ("
                + read(PROC.resolve(process + "/comm")).strip()
                + "): state "
                + stat.get(STATE)
                + (wait.isEmpty() || wait.equals("0") ? "" : ", waits in " + wait));
        read(PROC.resolve(process + "/stack"))
            .lines()
            .limit(STACK_LINES)
            .map(line -> "  " + line.strip())
            .forEach(lines::add);
      }
    }
    return lines;
  }
}
