// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Failed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output files are cut back to exactly what a version knows, and nothing else is trusted. */
class OutputFileTest {
  private static final Disk DISK = Disk.local();

  @TempDir Path folder;

  private static void append(OutputFile file, String text) {
    file.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Path path() {
    return folder.resolve("probe.csv");
  }

  /** A file of two lines, of which a version knows the first. */
  private OutputMark twoLines() {
    try (OutputFile file = OutputFile.begin(DISK, path())) {
      append(file, "one\n");
      OutputMark mark = file.mark("probe.csv").toMark();
      append(file, "two\n");
      return mark;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void resume_longerFile_isCutAndContinued(boolean inPlace) throws IOException {
    OutputMark mark = twoLines();
    assertEquals(4, mark.bytes());
    try (OutputFile file = OutputFile.resume(DISK, path(), mark, inPlace)) {
      append(file, "TWO\n");
      assertEquals("one\nTWO\n", Files.readString(path()));
      OutputMark next = file.mark("probe.csv").toMark();
      assertEquals(8, next.bytes());
      OutputFile.verify(DISK, path(), next);
    }
    assertEquals(List.of("probe.csv"), DISK.list(folder));
  }

  @Test
  void resume_replacing_leavesAZombieWritingIntoAFileWithoutAName() throws IOException {
    OutputFile zombie = OutputFile.begin(DISK, path());
    append(zombie, "one\n");
    OutputMark mark = zombie.mark("probe.csv").toMark();
    try (OutputFile file = OutputFile.resume(DISK, path(), mark, false)) {
      append(zombie, "zombie\n");
      append(file, "two\n");
      append(zombie, "zombie\n");
    }
    zombie.close();
    assertEquals("one\ntwo\n", Files.readString(path()));
  }

  @Test
  void begin_replacing_leavesAZombieWritingIntoAFileWithoutAName() throws IOException {
    OutputFile zombie = OutputFile.begin(DISK, path());
    append(zombie, "one\n");
    try (OutputFile file = OutputFile.begin(DISK, path(), false)) {
      append(zombie, "zombie\n");
      append(file, "ONE\n");
    }
    zombie.close();
    assertEquals("ONE\n", Files.readString(path()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void resume_behindASymbolicLink_continuesTheFileItPointsTo(boolean inPlace) throws IOException {
    Path real = Files.createDirectory(folder.resolve("scratch")).resolve("real.csv");
    Files.createSymbolicLink(path(), real);
    OutputMark mark = twoLines();
    OutputFile.resume(DISK, path(), mark, inPlace).close();
    assertEquals("one\n", Files.readString(real));
    assertTrue(Files.isSymbolicLink(path()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void resume_changedShortenedOrMissingFile_isDamageAndLeavesNoDebris(boolean inPlace)
      throws IOException {
    OutputMark mark = twoLines();
    Files.writeString(path(), "onE\ntwo\n");
    DamagedException changed =
        assertThrows(DamagedException.class, () -> OutputFile.resume(DISK, path(), mark, inPlace));
    assertTrue(changed.getMessage().contains("CRC32C"), changed.getMessage());
    assertEquals("onE\ntwo\n", Files.readString(path()));
    Files.writeString(path(), "one");
    assertTrue(
        assertThrows(DamagedException.class, () -> OutputFile.resume(DISK, path(), mark, inPlace))
            .getMessage()
            .contains("shorter"));
    Files.delete(path());
    assertTrue(
        assertThrows(DamagedException.class, () -> OutputFile.resume(DISK, path(), mark, inPlace))
            .getMessage()
            .contains("missing"));
    assertEquals(List.of(), DISK.list(folder));
  }

  @Test
  void resume_fileThatWasEmptyThen_needNotExist() {
    OutputMark mark;
    try (OutputFile file = OutputFile.begin(DISK, path())) {
      mark = file.mark("probe.csv").toMark();
    }
    assertTrue(path().toFile().delete());
    OutputFile.resume(DISK, path(), mark, false).close();
    assertTrue(Files.exists(path()));
  }

  @Test
  void append_failedWrite_isOverwrittenByTheNext() {
    FaultyDisk disk = new FaultyDisk(new MemoryDisk());
    Path path = MemoryDisk.ROOT.resolve("probe.csv");
    try (OutputFile file = OutputFile.begin(disk, path)) {
      append(file, "one\n");
      disk.writeAtMost(2);
      disk.failOnly(EnumSet.of(Op.WRITE), 1, Errno.ENOSPC, true);
      StoreIoException full = assertThrows(StoreIoException.class, () -> append(file, "two\n"));
      assertTrue(full.getMessage().contains("free space"), full.getMessage());
      disk.heal();
      append(file, "2\n");
      OutputMark mark = file.mark("probe.csv").toMark();
      assertEquals(6, mark.bytes());
      OutputFile.verify(disk, path, mark);
    }
  }

  private static final Path OUTPUT = MemoryDisk.ROOT.resolve("probe.csv");

  @Test
  void commit_outputSyncFails_noVersionIsAcknowledgedThatReliesOnTheFile() {
    MemoryDisk memory = new MemoryDisk();
    FaultyDisk disk = new FaultyDisk(memory);
    TestJob job = new TestJob(61);
    try (StoreWriter writer = TestStores.open(memory);
        OutputFile file = OutputFile.begin(disk, OUTPUT)) {
      append(file, "one\n");
      job.advance();
      committed(writer.commit(job.draft(false, List.of(file.mark("probe.csv")))));
      job.paid();
      append(file, "two\n");
      disk.failOnly(EnumSet.of(Op.SYNC), 0, Errno.EIO, false);
      for (int i = 0; i < 3; i++) {
        job.advance();
        CommitResult result = writer.commit(job.draft(false, List.of(file.mark("probe.csv"))));
        String message = assertInstanceOf(Failed.class, result).message();
        assertTrue(message.contains("until the job is restarted"), message);
      }
    }
    assertEquals(Level.NODE, newest(memory.afterPowerLoss()));
  }

  private static Level newest(MemoryDisk memory) {
    try (StoredVersion version = Store.open(TestStores.STORE, memory).newest().orElseThrow()) {
      OutputMark mark = version.info().outputs().getFirst();
      OutputFile.verify(memory, OUTPUT, mark);
      return version.info().level();
    }
  }

  @Test
  void commit_withOutputs_makesThemDurableBeforeItIsAcknowledged() {
    MemoryDisk memory = new MemoryDisk();
    TestJob job = new TestJob(62);
    try (StoreWriter writer = TestStores.open(memory);
        OutputFile file = OutputFile.begin(memory, OUTPUT)) {
      for (int i = 0; i < 3; i++) {
        append(file, "line " + i + "\n");
        job.advance();
        committed(writer.commit(job.draft(true, List.of(file.mark("probe.csv")))));
        assertEquals(Level.NODE, newest(memory.afterPowerLoss()));
      }
    }
  }

  @Test
  void commit_outputDirectoryThatCannotBeSynced_lowersTheLevel() {
    MemoryDisk memory = new MemoryDisk();
    ForwardingDisk unsyncable =
        new ForwardingDisk(memory) {
          @Override
          public void syncDirectory(Path directory) throws IOException {
            throw new IOException("Invalid argument");
          }
        };
    TestJob job = new TestJob(63);
    try (StoreWriter writer = TestStores.open(memory);
        OutputFile file = OutputFile.begin(unsyncable, OUTPUT)) {
      append(file, "one\n");
      for (int i = 0; i < 2; i++) {
        job.advance();
        Draft draft = job.draft(true, List.of(file.mark("probe.csv")));
        assertEquals(Level.PROCESS, committed(writer.commit(draft)).level());
      }
    }
    assertEquals(Level.PROCESS, newest(memory));
    assertFalse(memory.files(MemoryDisk.ROOT).isEmpty());
  }
}
