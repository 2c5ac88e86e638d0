// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands in the place of a record: the next run goes on from a version that is exactly
 * what was captured, and says which newer one it has passed over and why.
 */
@Timeout(60)
class DamagedFileTest {
  /** A number that no list in a footer can have, in any width. */
  private static final long[] IMPOSSIBLE = {-1, 1L << 31, 1L << 32, 1L << 62, Long.MIN_VALUE};

  @TempDir private Path folder;

  private final TestJob job = new TestJob(71, 12, false);
  private final MemoryDisk disk = TestStores.resting(job, 4);
  private final StoreLayout layout = new StoreLayout(STORE);

  /** The newest version is exact, and where it is not the last one, the reason is told. */
  private void assertGoesOn(MemoryDisk damaged, String how) {
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(damaged));
        StoredVersion version = writer.newest().orElseThrow()) {
      job.assertMatches(version);
      version.readAll();
      assertTrue(version.number() == 5 || !writer.rejections().isEmpty(), how);
    } catch (StoreException e) {
      throw new AssertionError(how, e);
    }
  }

  @Test
  void newest_anyTwoRecordsExchanged_isExactAndTheReasonTold() {
    for (long one = 1; one <= 6; one++) {
      for (long other = one + 1; other <= 6; other++) {
        MemoryDisk copy = disk.copy();
        byte[] bytes = copy.bytes(layout.record(one));
        copy.setBytes(layout.record(one), copy.bytes(layout.record(other)));
        copy.setBytes(layout.record(other), bytes);
        if (one == 2 && other == 3) {
          // Both full versions are lost, and with them everything; that is said, never overlooked.
          try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(copy))) {
            assertThrows(NoUsableVersionException.class, writer::newest);
          }
        } else {
          assertGoesOn(copy, one + " exchanged with " + other);
        }
      }
    }
  }

  @Test
  void newest_anyRecordEmptyCutOrExtended_isExactAndTheReasonTold() {
    for (long number = 1; number <= 6; number++) {
      int whole = disk.bytes(layout.record(number)).length;
      for (int length : new int[] {0, 1, 255, 256, whole / 2, whole - 1, whole + 1, 2 * whole}) {
        MemoryDisk copy = disk.copy();
        copy.setBytes(
            layout.record(number), Arrays.copyOf(disk.bytes(layout.record(number)), length));
        assertGoesOn(copy, number + " with " + length + " bytes");
      }
    }
  }

  /** As after putting a single file back from another copy of the store, which went its own way. */
  @Test
  void newest_recordReplacedByAnotherOfTheSameNumberAndStore_isExactAndTheReasonTold() {
    MemoryDisk fork = disk.copy();
    TestJob same = new TestJob(71, 12, false);
    for (int i = 0; i < 4; i++) {
      same.advance();
      same.draft(false);
    }
    commitMore(fork, same);
    commitMore(disk, job);
    List<VersionInfo.FileRef> refs;
    try (StoredVersion newest = Store.open(STORE, disk).newest().orElseThrow()) {
      refs = newest.info().refs().stream().filter(ref -> ref.number() > 7).toList();
    }
    assertFalse(refs.isEmpty());
    for (VersionInfo.FileRef ref : refs) {
      MemoryDisk copy = disk.copy();
      copy.setBytes(layout.record(ref.number()), fork.bytes(layout.record(ref.number())));
      try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(copy));
          StoredVersion version = writer.newest().orElseThrow()) {
        String why = writer.rejections().toString();
        assertTrue(why.contains("not the file that version"), why);
        version.readAll();
      }
      assertEquals(VerifyReport.Outcome.DAMAGED, Verifier.verify(STORE, copy).outcome());
    }
  }

  private static void commitMore(MemoryDisk on, TestJob as) {
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(on));
        StoredVersion version = writer.newest().orElseThrow()) {
      as.restore(version);
      writer.resume(version);
      for (int i = 0; i < 4; i++) {
        as.advance();
        committed(as.commit(writer, i == 0));
      }
    }
  }

  @Test
  void newest_strayFilesAndDirectoriesInTheStore_areIgnored() throws IOException {
    Path log = layout.log();
    for (String name :
        new String[] {".nfs000001", "0000000000000009.hf~", "#x#", "x".repeat(300), "FF.hf"}) {
      disk.create(log.resolve(name), Access.OWNER).close();
      disk.create(STORE.resolve(name), Access.OWNER).close();
    }
    disk.createDirectory(log.resolve("lost+found"), Access.OWNER);
    assertGoesOn(disk, "stray files");
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      assertEquals(List.of(), writer.rejections());
    }
    assertTrue(disk.list(log).contains("x".repeat(300)), "what is not the store's is left alone");
  }

  /** Claims of a footer whose checksum is right: memory is never spent on them. */
  @Test
  void open_footerThatClaimsImpossibleCounts_isDamage() throws IOException {
    for (int field = 8; field <= 40; field += 8) {
      for (long value : IMPOSSIBLE) {
        String how = "footer field at " + field + " is " + value;
        MemoryDisk copy = disk.copy();
        byte[] bytes = copy.bytes(layout.record(5));
        ByteBuffer footer =
            ByteBuffer.wrap(bytes, bytes.length - Footer.BYTES, Footer.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        footer.putLong(field, value);
        footer.putInt(Footer.BYTES - 4, Checksum.crc32c(footer.slice(0, Footer.BYTES - 4)));
        assertThrows(DamagedException.class, () -> StoredVersion.open(copy, layout, 5), how);
        assertGoesOn(copy, how);
      }
    }
  }

  /** A pipe would make the reader wait for ever, a device read what is none of a store's. */
  @ParameterizedTest
  @ValueSource(strings = {"directory", "symbolic link", "pipe", "device"})
  void newest_recordIsNoRegularFile_isPassedOver(String kind) throws Exception {
    Path root = folder.resolve("job.holdfast");
    TestJob real = new TestJob(72);
    try (StoreWriter writer = StoreWriter.open(root, StoreOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        real.advance();
        committed(real.commit(writer, false));
      }
    }
    Path record = root.resolve("log").resolve(StoreLayout.recordName(4));
    Files.delete(record);
    put(kind, record);
    try (StoreWriter writer = StoreWriter.open(root, StoreOptions.defaults());
        StoredVersion version = writer.newest().orElseThrow()) {
      assertEquals(3, version.number());
      real.assertMatches(version);
      assertTrue(writer.rejections().getFirst().why().contains("not a regular file"));
    }
    VerifyReport report = Verifier.verify(root, Disk.local());
    assertTrue(report.findings().toString().contains("not a regular file"), report.toString());
  }

  private void put(String kind, Path at) throws Exception {
    switch (kind) {
      case "directory" -> Files.createDirectory(at);
      case "symbolic link" -> Files.createSymbolicLink(at, Path.of("/dev/zero"));
      case "pipe" -> assumeTrue(run("mkfifo", at.toString()), "no pipe can be made here");
      default -> assumeTrue(run("mknod", at.toString(), "c", "1", "5"), "no device can be made");
    }
  }

  private boolean run(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    try {
      return new ProcessBuilder(words).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
