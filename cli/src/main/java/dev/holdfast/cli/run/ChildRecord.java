// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.FileSession;
import dev.holdfast.process.ProcessSession;
import dev.holdfast.storage.io.PrivateFile;
import dev.holdfast.storage.io.ProgramFiles;
import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * A note of the running child in a file, for the case that its supervisor is killed: SIGKILL takes
 * the direct child along where the kernel helps, but not the children of the child. The next
 * supervisor of the same command on the same host ends what is left before it starts its own.
 *
 * <p>The note is a courtesy. Where it cannot be written the fence of the store still keeps two
 * writers apart.
 */
final class ChildRecord {
  private static final String BEGINNING = "child-";

  private final Path folder;
  private final List<String> command;
  private final Consumer<String> tell;
  private final Time time;
  private boolean told;

  /**
   * @param folder where notes lie, made when one is written
   * @param command what is supervised; the notes of other commands are left alone
   */
  ChildRecord(Path folder, List<String> command, Consumer<String> tell, Time time) {
    this.folder = folder;
    this.command = command;
    this.tell = tell;
    this.time = time;
  }

  /** The folder for the notes beside a store; without one, in the working directory. */
  static Path folder(Optional<Path> store) {
    return store
        .map(Path::toAbsolutePath)
        .map(path -> FileSession.controlFolder(path))
        .orElseGet(() -> Path.of(".holdfast.run").toAbsolutePath());
  }

  private Path own() {
    return folder.resolve(BEGINNING + SystemFacts.hostName() + "-" + ProcessHandle.current().pid());
  }

  /** Notes the child that has just been started. */
  void write(long child) {
    Properties note = new Properties();
    long self = ProcessHandle.current().pid();
    note.setProperty("boot", SystemFacts.bootId());
    note.setProperty("namespace", SystemFacts.pidNamespace());
    note.setProperty("supervisor", Long.toString(self));
    note.setProperty("supervisor_start", start(self));
    note.setProperty("child", Long.toString(child));
    note.setProperty("child_start", start(child));
    note.setProperty("command", String.join("\0", command));
    Path file = own();
    Path fresh = file.resolveSibling("." + file.getFileName());
    try {
      ProgramFiles.makePrivateDirectory(folder);
      Files.deleteIfExists(fresh);
      ProgramFiles.makeEmpty(fresh); // a command line may hold what is nobody else's business
      try (Writer out = Files.newBufferedWriter(fresh, StandardOpenOption.WRITE)) {
        note.store(out, null);
      }
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!told) {
        tell.accept(
            "the running command cannot be noted in "
                + folder
                + " ("
                + e
                + "): if this supervisor is killed, look for its children yourself");
      }
      told = true;
    }
  }

  /** Forgets the child; the folder goes when nothing else is in it. */
  void erase() {
    try {
      Files.deleteIfExists(own());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // Something else is in the folder, or it cannot be written to: the note names a dead process.
    }
  }

  /** Ends what supervisors that were killed have left of this command on this host. */
  void endOrphans() throws InterruptedException {
    String host = BEGINNING + SystemFacts.hostName() + "-";
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, BEGINNING + "*")) {
      for (Path note : notes) {
        // Others could name any process of this user's.
        boolean own = PrivateFile.notPrivate(note).isEmpty();
        if (own && note.getFileName().toString().startsWith(host)) {
          endOrphan(note);
        }
      }
    } catch (IOException e) {
      // There is no such folder: nobody left anything.
    }
  }

  private void endOrphan(Path file) throws IOException, InterruptedException {
    Properties note = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      note.load(in);
    }
    boolean here =
        note.getProperty("boot", "").equals(SystemFacts.bootId())
            && note.getProperty("namespace", "").equals(SystemFacts.pidNamespace());
    boolean ours = note.getProperty("command", "").equals(String.join("\0", command));
    if (!ours || (here && isAlive(note, "supervisor"))) {
      return;
    }
    long child = number(note, "child");
    // A pid in use as a session's is not given to another process, so if a process of this number
    // lives it must be the child itself.
    boolean same = start(child).isEmpty() || isAlive(note, "child");
    if (here && child > 1 && same) {
      end(child);
    }
    Files.deleteIfExists(file);
  }

  private void end(long child) throws IOException, InterruptedException {
    ProcessSession left = new ProcessSession(child, time);
    List<Long> members = left.members();
    if (members.isEmpty()) {
      return;
    }
    tell.accept(
        "ending processes " + members + ", left by a supervisor of this command that was killed");
    List<Long> stuck = left.kill();
    if (!stuck.isEmpty()) {
      tell.accept("processes " + stuck + " cannot be killed; they hang in the kernel");
    }
  }

  private static boolean isAlive(Properties note, String who) {
    String start = start(number(note, who));
    return !start.isEmpty() && start.equals(note.getProperty(who + "_start", ""));
  }

  private static String start(long pid) {
    OptionalLong start = SystemFacts.processStart(pid);
    return start.isPresent() ? Long.toString(start.getAsLong()) : "";
  }

  private static long number(Properties note, String name) {
    try {
      return Long.parseLong(note.getProperty(name, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
