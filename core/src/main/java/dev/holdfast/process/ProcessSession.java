// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process and all that it has started. On Linux the process leads a session of its own, so that
 * children of children whose parents are gone, and those in other process groups, are found by it;
 * elsewhere they are followed from parent to child. A process that makes itself a session of its
 * own is a daemon and is not followed.
 */
public final class ProcessSession {
  private static final Path PROC = Path.of("/proc");
  private static final int STATE = 0;
  private static final int SESSION = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A process that is being killed needs some ticks; to ask without a break would slow it. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private final long leader;
  private final boolean own;
  private final Time time;

  /**
   * @param leader the pid of a process that was started with {@link #prefix}; it may have ended
   */
  public ProcessSession(long leader, Time time) {
    this.leader = leader;
    this.own = !prefix().isEmpty();
    this.time = time;
  }

  /** What a command begins with so that it leads a session; empty where that cannot be. */
  public static List<String> prefix() {
    return Files.isReadable(PROC.resolve("self").resolve("stat"))
        ? Programs.onPath("setsid").map(path -> List.of(path.toString())).orElse(List.of())
        : List.of();
  }

  /** Sends a signal, named without SIG, to all. */
  public void signal(String name) throws IOException, InterruptedException {
    send(name, group(), members());
  }

  /** The group of the leader is told at once, before anybody looks who else there is. */
  private String group() {
    return own ? "-" + leader + " " : "";
  }

  /** Sends a signal, named without SIG, to some processes; one that has ended is no error. */
  public static void signal(String name, List<Long> processes)
      throws IOException, InterruptedException {
    send(name, "", processes);
  }

  private static void send(String name, String group, List<Long> processes)
      throws IOException, InterruptedException {
    if (group.isEmpty() && processes.isEmpty()) {
      return;
    }
    String targets = processes.stream().map(String::valueOf).collect(Collectors.joining(" "));
    // The shell's own kill: no other program is needed. Some may have ended meanwhile.
    new ProcessBuilder("sh", "-c", "kill -s " + name + " -- " + group + targets)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /**
   * Ends all with SIGKILL and returns when none is left.
   *
   * @return those that do not die within 10 s, because they hang in the kernel; usually none
   */
  public List<Long> kill() throws IOException, InterruptedException {
    List<Long> others = own ? List.of() : members();
    handle()
        .ifPresent(ProcessHandle::destroyForcibly); // at once: starting a shell takes milliseconds
    send("KILL", group(), others);
    long until = time.nanoTime() + PATIENCE.toNanos();
    List<Long> left = members();
    while (!left.isEmpty() && time.nanoTime() < until) {
      send("KILL", "", left);
      time.pause(LOOK_EVERY);
      left = members();
    }
    return left;
  }

  /** The living processes, without the dead that nobody has fetched. */
  public List<Long> members() throws IOException {
    if (!own) {
      return handle().stream()
          .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
          .filter(ProcessHandle::isAlive)
          .map(ProcessHandle::pid)
          .toList();
    }
    List<Long> members = new ArrayList<>();
    try (Stream<Path> entries = Files.list(PROC)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (Character.isDigit(name.charAt(0)) && isMember(entry)) {
          members.add(Long.parseLong(name));
        }
      }
    }
    return members;
  }

  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(leader);
  }

  private boolean isMember(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      // The name, in parentheses, may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[SESSION].equals(Long.toString(leader))
          && !fields[STATE].equals("Z")
          && !fields[STATE].equals("X");
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
