// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the operating system tells about processes, read from /proc on Linux and from the Java
 * runtime elsewhere. A fact that cannot be had is empty, never invented.
 */
public final class SystemFacts {
  private static final Path PROC = Path.of("/proc");

  /** The field of /proc/PID/stat that holds the start time, counted from the state field. */
  private static final int START_TICKS_AFTER_STATE = 19;

  /** The field of the time in user mode; the one after it is that in the kernel. */
  private static final int USER_TICKS_AFTER_STATE = 11;

  /** The unit of /proc; the same on every architecture that Linux runs on today. */
  private static final double TICKS_PER_SECOND = 100;

  /** Read early: once the limit is reached, it cannot be read any more. */
  private static final String OPEN_FILES_MAX = readOpenFilesMax();

  private SystemFacts() {}

  /** The host's name, or {@code unknown}. */
  public static String hostName() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/hostname")).strip();
    } catch (IOException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "unknown";
      }
    }
  }

  /** An identity that changes with every boot, or empty. */
  public static String bootId() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** The identity of this process's pid name space, or empty. */
  public static String pidNamespace() {
    try {
      return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * When a process began, in a unit that is the same for every call on this host until it boots
   * again; empty when there is no such process, a dead one not yet reaped included.
   */
  public static OptionalLong processStart(long pid) {
    if (!Files.isDirectory(PROC.resolve("self"))) {
      return ProcessHandle.of(pid)
          .flatMap(handle -> handle.info().startInstant())
          .map(Instant::toEpochMilli)
          .map(OptionalLong::of)
          .orElse(OptionalLong.empty());
    }
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      String[] fields = statAfterCommand(stat);
      boolean dead = fields[0].equals("Z") || fields[0].equals("X");
      return dead
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(fields[START_TICKS_AFTER_STATE]));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The lines of a file in which a system tells something; empty when it cannot be read. */
  public static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** CPU time that all threads of this process have used, in nanoseconds; empty when not known. */
  public static OptionalLong ownCpuTimeNs() {
    try {
      String[] fields = statAfterCommand(Files.readString(PROC.resolve("self/stat")));
      long ticks =
          Long.parseLong(fields[USER_TICKS_AFTER_STATE])
              + Long.parseLong(fields[USER_TICKS_AFTER_STATE + 1]);
      return OptionalLong.of(Math.round(ticks / TICKS_PER_SECOND * 1e9));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return ProcessHandle.current().info().totalCpuDuration().stream()
          .mapToLong(Duration::toNanos)
          .findFirst();
    }
  }

  /** The command, in parentheses, may itself hold spaces and parentheses. */
  private static String[] statAfterCommand(String stat) {
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  /** When this process began, in wall-clock milliseconds; the present when it is not known. */
  public static long ownStartEpochMs() {
    OptionalLong ticks = processStart(ProcessHandle.current().pid());
    try {
      // The runtime's own answer counts from a boot time in whole seconds; this is exact to 10 ms.
      String uptime = Files.readString(PROC.resolve("uptime"));
      double bootedSeconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
      double startedSeconds = ticks.orElseThrow() / TICKS_PER_SECOND;
      return System.currentTimeMillis() - Math.round((bootedSeconds - startedSeconds) * 1e3);
    } catch (IOException | RuntimeException e) {
      Optional<Instant> start = ProcessHandle.current().info().startInstant();
      return start.orElseGet(Instant::now).toEpochMilli();
    }
  }

  /**
   * Whether a signal is ignored by this process since before the Java runtime started, as after
   * {@code nohup}.
   *
   * @param number the signal's number
   */
  public static boolean signalIgnored(int number) {
    try {
      for (String line : Files.readAllLines(PROC.resolve("self/status"))) {
        if (line.startsWith("SigIgn:")) {
          long mask = Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16);
          return (mask >>> (number - 1) & 1) != 0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return false;
    }
    return false;
  }

  /** How many files this process may have open, as it stood at the start; or empty. */
  static String openFilesMax() {
    return OPEN_FILES_MAX;
  }

  private static String readOpenFilesMax() {
    for (String line : lines(PROC.resolve("self/limits"))) {
      if (line.startsWith("Max open files")) {
        return line.substring("Max open files".length()).strip().split(" ", 2)[0];
      }
    }
    return "";
  }

  /** The machine's memory in bytes; unlimited when it is not known. */
  public static long physicalMemoryBytes() {
    try {
      for (String line : Files.readAllLines(PROC.resolve("meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }

  /** The memory limit of this process's control group in bytes, or empty when there is none. */
  public static OptionalLong memoryLimitBytes() {
    for (String file :
        new String[] {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      try {
        long limit = Long.parseLong(Files.readString(Path.of(file)).strip());
        // The first kind of control group says "no limit" with a number near 2^63.
        return limit < Long.MAX_VALUE / 2 ? OptionalLong.of(limit) : OptionalLong.empty();
      } catch (IOException | NumberFormatException e) {
        // "max", or not this kind of control group: the next file may know.
      }
    }
    return OptionalLong.empty();
  }
}
