// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Disk.FileFacts;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a crash may leave and what it must: the rules that crash states are made by, one by one. */
class MemoryDiskTest {
  private static final Path A = MemoryDisk.ROOT.resolve("a");
  private static final Path B = MemoryDisk.ROOT.resolve("b");

  private final MemoryDisk disk = new MemoryDisk();

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** A file whose name and content are durable. */
  private DiskFile durable(Path path, String content) throws IOException {
    DiskFile file = disk.create(path, Access.OWNER);
    file.writeFully(text(content), 0);
    file.sync();
    disk.syncDirectory(MemoryDisk.ROOT);
    return file;
  }

  /** Every disk that a crash may leave, each as its names and their contents. */
  private Set<String> crashes() throws IOException {
    List<Unsynced> effects = disk.unsynced();
    Set<String> found = new TreeSet<>();
    for (Crash crash : Crash.of(effects, new Random(1), 1 << effects.size())) {
      MemoryDisk after = disk.after(effects, crash);
      if (!crash.garbage()) {
        found.add(describe(after));
      }
    }
    return found;
  }

  private static String describe(MemoryDisk disk) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : disk.list(MemoryDisk.ROOT)) {
      Path path = MemoryDisk.ROOT.resolve(name);
      all.append(name);
      if (disk.facts(path).type() == FileFacts.Type.REGULAR) {
        String content = new String(disk.bytes(path), StandardCharsets.US_ASCII);
        all.append('=').append(content.replace('\0', '0'));
      }
      all.append(' ');
    }
    return all.toString().strip();
  }

  @Test
  void create_unsynced_mayBeGone() throws IOException {
    disk.create(A, Access.OWNER).close();
    assertEquals(Set.of("", "a="), crashes());
  }

  @Test
  void create_onlyTheFileSynced_mayBeGone() throws IOException {
    DiskFile file = disk.create(A, Access.OWNER);
    file.writeFully(text("xy"), 0);
    file.sync();
    assertEquals(Set.of("", "a=xy"), crashes());
  }

  @Test
  void create_onlyTheDirectorySynced_mayHaveAnyLengthAndPart() throws IOException {
    DiskFile file = disk.create(A, Access.OWNER);
    file.writeFully(text("xy"), 0);
    disk.syncDirectory(MemoryDisk.ROOT);
    assertEquals(Set.of("a=", "a=00", "a=xy", "a=x0"), crashes());
  }

  @Test
  void create_bothSynced_isThere() throws IOException {
    durable(A, "xy");
    assertEquals(Set.of("a=xy"), crashes());
  }

  @Test
  void write_severalSectors_leavesAnySubset() throws IOException {
    DiskFile file = durable(A, "o".repeat(1536));
    file.writeFully(text("n".repeat(1536)), 0);
    Set<String> sectors = new TreeSet<>();
    for (long subset = 0; subset < 8; subset++) {
      BitSet left = BitSet.valueOf(new long[] {subset});
      MemoryDisk after = disk.after(disk.unsynced(), new Crash(left, -1, 0, 0, false));
      byte[] bytes = after.bytes(A);
      sectors.add("" + (char) bytes[0] + (char) bytes[512] + (char) bytes[1535]);
    }
    assertEquals(Set.of("ooo", "noo", "ono", "nno", "oon", "non", "onn", "nnn"), sectors);
  }

  @Test
  void write_lastSector_mayBeTornAtEitherEnd() throws IOException {
    DiskFile file = durable(A, "oooo");
    file.writeFully(text("nnnn"), 0);
    assertEquals(
        Set.of("a=oooo", "a=nnnn", "a=nooo", "a=nnoo", "a=nnno", "a=onnn", "a=oonn", "a=ooon"),
        crashesWithGarbage());
  }

  private Set<String> crashesWithGarbage() throws IOException {
    List<Unsynced> effects = disk.unsynced();
    Set<String> found = new TreeSet<>();
    for (Crash crash : Crash.of(effects, new Random(1), 1 << effects.size())) {
      found.add(describe(disk.after(effects, crash)));
    }
    return found;
  }

  @Test
  void extend_withoutItsBytes_isZeroOrGarbage() throws IOException {
    DiskFile file = durable(A, "o");
    file.writeFully(text("nnn"), 1);
    Set<String> found = crashesWithGarbage();
    assertTrue(found.containsAll(Set.of("a=o", "a=o000", "a=onnn")), found.toString());
    assertTrue(found.stream().anyMatch(state -> state.matches("a=o[^0n]..")), "garbage");
  }

  @Test
  void truncate_unsynced_mayBeUndone() throws IOException {
    DiskFile file = durable(A, "abcd");
    file.truncate(1);
    assertEquals(Set.of("a=abcd", "a=a"), crashes());
    file.sync();
    assertEquals(Set.of("a=a"), crashes());
  }

  @Test
  void rename_unsynced_leavesTheOldNameTheNewOneOrBoth() throws IOException {
    durable(A, "x");
    disk.rename(A, B);
    assertEquals(Set.of("a=x", "b=x", "a=x b=x"), crashes());
    disk.syncDirectory(MemoryDisk.ROOT);
    assertEquals(Set.of("b=x"), crashes());
  }

  @Test
  void rename_overAnotherFile_leavesOneOrTheOtherAndNeverNone() throws IOException {
    durable(A, "new");
    durable(B, "old");
    disk.rename(A, B);
    assertEquals(Set.of("a=new b=old", "b=new", "a=new b=new"), crashes());
  }

  @Test
  void rename_ofUnsyncedBytes_mayLeaveAnEmptyFile() throws IOException {
    durable(B, "old");
    DiskFile file = disk.create(A, Access.OWNER);
    file.writeFully(text("new"), 0);
    disk.rename(A, B);
    assertTrue(crashes().contains("b="), crashes().toString());
  }

  @Test
  void link_unsynced_mayBeGoneAndTheFirstNameStays() throws IOException {
    durable(A, "x");
    disk.link(A, B);
    assertEquals(Set.of("a=x", "a=x b=x"), crashes());
  }

  @Test
  void delete_unsynced_mayBeUndone() throws IOException {
    durable(A, "x");
    disk.delete(A);
    assertEquals(Set.of("", "a=x"), crashes());
    disk.syncDirectory(MemoryDisk.ROOT);
    assertEquals(Set.of(""), crashes());
  }

  @Test
  void createDirectory_parentUnsynced_mayBeGoneWithAllItHolds() throws IOException {
    disk.createDirectory(A, Access.OWNER);
    disk.create(A.resolve("in"), Access.OWNER).close();
    disk.syncDirectory(A);
    assertEquals(Set.of("", "a"), crashes());
    disk.syncDirectory(MemoryDisk.ROOT);
    assertEquals(List.of("in"), disk.afterPowerLoss().list(A));
  }

  @Test
  void sync_ofOneDirectory_makesNoOtherDurable() throws IOException {
    disk.createDirectory(A, Access.OWNER);
    disk.syncDirectory(MemoryDisk.ROOT);
    disk.create(A.resolve("in"), Access.OWNER).close();
    disk.syncDirectory(MemoryDisk.ROOT);
    assertEquals(List.of(), disk.afterPowerLoss().list(A));
  }

  @Test
  void failedSync_leavesThePagesCleanAndIsNeverMadeGood() throws IOException {
    DiskFile file = durable(A, "old");
    file.writeFully(text("new"), 0);
    disk.failSyncs(1);
    assertThrows(IOException.class, file::sync);
    assertArrayEquals("new".getBytes(StandardCharsets.US_ASCII), disk.bytes(A));
    file.sync();
    assertArrayEquals("old".getBytes(StandardCharsets.US_ASCII), disk.afterPowerLoss().bytes(A));
    file.writeFully(text("N"), 0);
    file.sync();
    assertArrayEquals("Nld".getBytes(StandardCharsets.US_ASCII), disk.afterPowerLoss().bytes(A));
  }

  @Test
  void close_makesNothingDurable() throws IOException {
    DiskFile file = disk.create(A, Access.OWNER);
    disk.syncDirectory(MemoryDisk.ROOT);
    file.writeFully(text("x"), 0);
    file.close();
    assertEquals(0, disk.afterPowerLoss().bytes(A).length);
  }

  @Test
  void crash_ofTheServer_takesNamesAndLeavesOpenFilesOpen() throws IOException {
    DiskFile file = durable(A, "x");
    disk.link(A, B);
    disk.crashUnderItsClients();
    assertEquals(List.of("a"), disk.list(MemoryDisk.ROOT));
    file.writeFully(text("y"), 0);
    file.sync();
    assertEquals(Set.of("a=y"), crashes());
  }
}
