// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process and all that it has started. On Linux the process leads a session of its own, so that
 * children of children whose parents are gone, and those in other process groups, are found by it;
 * elsewhere they are followed from parent to child. A process that makes itself a session of its
 * own is a daemon and is not followed.
 */
final class ProcessSession {
  private static final Path PROC = Path.of("/proc");
  private static final int STATE = 0;
  private static final int SESSION = 3;
  private static final long PATIENCE_NS = 10_000_000_000L;

  private final Process leader;
  private final boolean own;
  private final Time time;

  /**
   * @param leader a process that was started with {@link #prefix}
   */
  ProcessSession(Process leader, Time time) {
    this.leader = leader;
    this.own = !prefix().isEmpty();
    this.time = time;
  }

  /** What a command begins with so that it leads a session; empty where that cannot be. */
  static List<String> prefix() {
    return Files.isReadable(PROC.resolve("self").resolve("stat"))
        ? Program.onPath("setsid").map(path -> List.of(path.toString())).orElse(List.of())
        : List.of();
  }

  /** Sends a signal, named without SIG, to all. */
  void signal(String name) throws IOException, InterruptedException {
    send(name, own ? "-" + leader.pid() + " " : "", members());
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
   * @throws DrillException when one does not die
   */
  void kill() throws IOException, InterruptedException {
    List<Long> others = own ? List.of() : members();
    leader.toHandle().destroyForcibly(); // at once: starting a shell takes milliseconds
    send("KILL", own ? "-" + leader.pid() + " " : "", others);
    leader.waitFor();
    long until = time.nanoTime() + PATIENCE_NS;
    for (List<Long> left = members(); !left.isEmpty(); left = members()) {
      if (time.nanoTime() > until) {
        throw new DrillException("processes " + left + " of the command cannot be killed");
      }
      send("KILL", "", left);
    }
  }

  /** The living processes, without the dead that nobody has fetched. */
  List<Long> members() throws IOException {
    if (!own) {
      return Stream.concat(Stream.of(leader.toHandle()), leader.descendants())
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

  private boolean isMember(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      // The name, in parentheses, may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[SESSION].equals(Long.toString(leader.pid()))
          && !fields[STATE].equals("Z")
          && !fields[STATE].equals("X");
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
