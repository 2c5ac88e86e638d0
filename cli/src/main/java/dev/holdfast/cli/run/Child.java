// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.process.ProcessSession;
import dev.holdfast.process.Programs;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The supervised command, running. It leads a session of its own, so that a signal for the
 * supervisor does not reach it unasked and all that it starts can be found; its streams are the
 * supervisor's own. Where util-linux has {@code setpriv}, the kernel ends it with the thread that
 * started it: it does not outlive a supervisor that was killed.
 */
final class Child {
  private final Process process;
  private final ProcessSession session;

  private Child(Process process, Time time) {
    this.process = process;
    this.session = new ProcessSession(process.pid(), time);
  }

  /**
   * Starts a command. To be called on a thread that lives as long as the supervisor.
   *
   * @param environment all of it
   * @param inbox where its end is told
   * @throws RunException when there is no such program
   */
  static Child start(
      List<String> command, Map<String, String> environment, Inbox inbox, Time time) {
    require(command.getFirst());
    List<String> whole = new ArrayList<>(ProcessSession.prefix());
    Optional<Path> setpriv = Programs.onPath("setpriv");
    if (setpriv.isPresent() && !whole.isEmpty()) {
      whole.addAll(List.of(setpriv.get().toString(), "--pdeathsig", "KILL"));
    }
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole).inheritIO();
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      var _ = process.onExit().thenAccept(p -> inbox.post(new Inbox.Ended(p.pid(), p.exitValue())));
      return new Child(process, time);
    } catch (IOException e) {
      throw new RunException(
          Code.OS_ERROR, command.getFirst() + " cannot be started: " + e.getMessage());
    }
  }

  /**
   * Looks for the program, as a shell does.
   *
   * @throws RunException with the shell's codes: 127 not found, 126 not executable
   */
  static void require(String program) {
    if (!program.contains("/")) {
      if (Programs.onPath(program).isEmpty()) {
        throw new RunException(
            Code.NOT_FOUND,
            "there is no program "
                + program
                + " on the PATH; write its path, such as ./"
                + program
                + ", or load its module first");
      }
      return;
    }
    Path file = Path.of(program);
    if (!Files.exists(file)) {
      throw new RunException(
          Code.NOT_FOUND, "there is no program " + file.toAbsolutePath().normalize());
    }
    if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
      throw new RunException(
          Code.NOT_EXECUTABLE,
          file.toAbsolutePath().normalize()
              + " cannot be executed; chmod +x makes a file a program");
    }
  }

  long pid() {
    return process.pid();
  }

  /** The living processes of its session. */
  List<Long> members() {
    try {
      return session.members();
    } catch (IOException e) {
      return List.of(); // /proc has gone: nothing more can be known
    }
  }

  /** Whether a process of this host belongs to it. */
  boolean owns(long pid) {
    return pid == process.pid() || members().contains(pid);
  }

  /** Sends a signal to some of its processes; a stopped one is woken to hear it. */
  static void signal(String name, List<Long> processes) throws InterruptedException {
    try {
      ProcessSession.signal(name, processes);
      if (!name.equals("KILL")) {
        ProcessSession.signal("CONT", processes);
      }
    } catch (IOException e) {
      // No shell can be started, as when the machine has no process left: the grace goes on.
    }
  }

  /**
   * Ends all with SIGKILL.
   *
   * @return those that hang in the kernel; usually none
   */
  List<Long> kill() throws InterruptedException {
    try {
      return session.kill();
    } catch (IOException e) {
      return members();
    }
  }
}
