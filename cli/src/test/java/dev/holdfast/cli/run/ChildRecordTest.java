// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.process.ProcessSession;
import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A note names a process to be ended, so it must be this user's own word. */
class ChildRecordTest {
  @TempDir private Path folder;

  private Process orphan() throws Exception {
    List<String> command = new ArrayList<>(ProcessSession.prefix());
    command.addAll(List.of("sleep", "600"));
    return new ProcessBuilder(command).start();
  }

  private Path note(Process child) throws Exception {
    Properties note = new Properties();
    note.setProperty("boot", SystemFacts.bootId());
    note.setProperty("namespace", SystemFacts.pidNamespace());
    note.setProperty("supervisor", "0");
    note.setProperty("child", Long.toString(child.pid()));
    note.setProperty(
        "child_start", Long.toString(SystemFacts.processStart(child.pid()).orElseThrow()));
    note.setProperty("command", String.join("\0", "sleep", "600"));
    Path file = folder.resolve("child-" + SystemFacts.hostName() + "-0");
    try (Writer out = Files.newBufferedWriter(file)) {
      note.store(out, null);
    }
    return file;
  }

  @Test
  void endOrphans_believesOnlyNotesThatNobodyElseCanHaveWritten() throws Exception {
    Process child = orphan();
    try {
      Path note = note(child);
      List<String> said = new ArrayList<>();
      ChildRecord record = new ChildRecord(folder, List.of("sleep", "600"), said::add, Time.SYSTEM);
      Files.setPosixFilePermissions(note, PosixFilePermissions.fromString("rw-rw-rw-"));
      record.endOrphans();
      assertTrue(child.isAlive());
      assertEquals(List.of(), said);
      Files.setPosixFilePermissions(note, PosixFilePermissions.fromString("rw-------"));
      record.endOrphans();
      assertTrue(child.waitFor(60, TimeUnit.SECONDS));
    } finally {
      child.destroyForcibly();
    }
  }
}
