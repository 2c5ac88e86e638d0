// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Whatever happens to a byte of a resting store, verify says so. */
class VerifierTest {
  private static final int STORE_BYTES_MAX = 24 << 10;

  /** Two full versions and a delta with XOR layers, of a job that has stopped. */
  private final TestJob job = new TestJob(5);

  private final MemoryDisk disk = TestStores.resting(job, 3);

  private VerifyReport verify() {
    return Verifier.verify(STORE, disk);
  }

  private static final Map<String, Long> FIGURES = new ConcurrentSkipListMap<>();

  private static void count(String what, long more) {
    FIGURES.merge(what, more, Long::sum);
  }

  @AfterAll
  static void report() {
    TrustReport.write("damage", FIGURES);
  }

  private void assertDamaged(String what) {
    assertFalse(verify().findings().isEmpty(), what);
  }

  @Test
  void verify_restingStore_isClean() {
    VerifyReport report = verify();
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    assertEquals(List.of(), report.notes());
    assertEquals(List.of(2L, 3L, 4L), report.versions());
    assertEquals(List.of(2L, 3L, 4L), report.usable());
    assertEquals(8, report.files());
    assertTrue(report.bytes() <= STORE_BYTES_MAX, report.toString());
  }

  @Test
  void verify_storeOfThisTest_hasFullsADeltaAndLayers() {
    try (StoredVersion version = Store.open(STORE, disk).newest().orElseThrow()) {
      assertFalse(version.info().family().full());
      int layered = 0;
      for (int entry = 0; entry < version.index().size(); entry++) {
        layered += version.index().xorDepth(entry) > 0 ? 1 : 0;
      }
      assertTrue(layered > 0);
    }
  }

  @Test
  void verify_everySingleBitFlipped_isReported() {
    List<MemoryDisk> copies = List.of(disk.copy(), disk.copy());
    IntStream.range(0, copies.size())
        .parallel()
        .forEach(i -> flipEveryBit(copies.get(i), i, copies.size()));
    for (MemoryDisk copy : copies) {
      assertEquals(Outcome.CLEAN, Verifier.verify(STORE, copy).outcome());
    }
  }

  /** Flips bit {@code first} of every file and every {@code stride}-th after it, one at a time. */
  private static void flipEveryBit(MemoryDisk disk, int first, int stride) {
    for (Path file : disk.files(STORE)) {
      byte[] bytes = disk.bytes(file);
      for (int bit = first; bit < 8 * bytes.length; bit += stride) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        VerifyReport report = Verifier.verify(STORE, disk);
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        if (report.findings().isEmpty() || report.usable().isEmpty()) {
          throw new AssertionError("bit " + bit + " of " + file + ": " + report);
        }
      }
      count("flips", (8L * bytes.length - first + stride - 1) / stride);
    }
  }

  /** Runs of 2 to 64 flipped bits, and runs of zeros or of what another store has there. */
  @Test
  void verify_burstsAndRuns_areReported() {
    boolean soak = Boolean.getBoolean("holdfast.soak");
    long seed = Long.getLong("holdfast.damage.seed", System.nanoTime() & 0xffff_ffffL);
    System.out.println("bursts: -Dholdfast.damage.seed=" + seed);
    int half = soak ? 500_000 : 2_000;
    MemoryDisk stale = TestStores.resting(new TestJob(7), 3);
    IntStream.range(0, 2)
        .parallel()
        .forEach(i -> {
          MemoryDisk copy = disk.copy();
          Random random = new Random(seed + i);
          for (int n = 0; n < half; n++) {
            damageSomewhere(copy, stale, random);
          }
          assertEquals(Outcome.CLEAN, Verifier.verify(STORE, copy).outcome());
        });
  }

  private static void damageSomewhere(MemoryDisk disk, MemoryDisk stale, Random random) {
    List<Path> files = disk.files(STORE).stream().filter(f -> disk.bytes(f).length > 0).toList();
    Path file = files.get(random.nextInt(files.size()));
    byte[] before = disk.bytes(file).clone();
    String what =
        switch (random.nextInt(8)) {
          case 0 -> run(disk.bytes(file), new byte[before.length], random);
          case 1 -> run(disk.bytes(file), stale.bytes(file), random);
          default -> burst(disk.bytes(file), random);
        };
    boolean another = headsAreEqual(disk.bytes(file), stale.bytes(file)); // then it is not ours
    if (!another && !Arrays.equals(before, disk.bytes(file))) {
      VerifyReport report = Verifier.verify(STORE, disk);
      assertFalse(report.findings().isEmpty(), what + " of " + file);
      assertFalse(report.usable().isEmpty(), what + " of " + file);
      count(what.substring(0, what.indexOf(' ')), 1);
    }
    disk.setBytes(file, before);
  }

  private static boolean headsAreEqual(byte[] one, byte[] two) {
    int bytes = FileHeader.BYTES;
    return Arrays.equals(Arrays.copyOf(one, bytes), Arrays.copyOf(two, bytes));
  }

  private static String burst(byte[] bytes, Random random) {
    int length = 2 + random.nextInt(63);
    int at = random.nextInt(8 * bytes.length - length);
    for (int i = 0; i < length; i++) {
      if (i == 0 || i == length - 1 || random.nextBoolean()) {
        bytes[(at + i) / 8] ^= (byte) (1 << (at + i) % 8);
      }
    }
    return "bursts of " + length + " bits from bit " + at;
  }

  /** Up to 64 KiB, which no file of this store has. */
  private static String run(byte[] bytes, byte[] from, Random random) {
    int at = random.nextInt(bytes.length);
    int length = Math.min(1 + random.nextInt(64 << 10), Math.min(bytes.length, from.length) - at);
    if (length > 0) {
      System.arraycopy(from, at, bytes, at, length);
    }
    return "runs of " + length + " foreign bytes from " + at;
  }

  @Test
  void verify_everyTruncation_isReported() {
    for (Path file : disk.files(STORE)) {
      byte[] bytes = disk.bytes(file);
      for (int length = 0; length < bytes.length; length++) {
        disk.setBytes(file, Arrays.copyOf(bytes, length));
        assertDamaged(file + " cut to " + length);
      }
      count("truncations", bytes.length);
      disk.setBytes(file, bytes);
    }
  }

  @Test
  void verify_everyFileExtended_isReported() {
    for (Path file : disk.files(STORE)) {
      byte[] bytes = disk.bytes(file);
      for (int more : new int[] {1, 64, 4096}) {
        disk.setBytes(file, Arrays.copyOf(bytes, bytes.length + more));
        assertDamaged(file + " longer by " + more);
      }
      disk.setBytes(file, bytes);
    }
  }

  /**
   * Four files may be missing for good reasons: the END, without which the log is that of a job
   * that was killed; a version that no other one needs and that might have been pruned; ALIVE; and
   * NEWEST.
   */
  @Test
  void verify_anyFileDeletedThatIsNotDispensable_isReported() throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    for (Path file : disk.files(STORE)) {
      MemoryDisk copy = disk.copy();
      copy.delete(file);
      VerifyReport report = Verifier.verify(STORE, copy);
      boolean dispensable =
          List.of(layout.record(5), layout.record(2), layout.alive(), layout.newest(4))
              .contains(file);
      assertEquals(dispensable, report.findings().isEmpty(), file + ": " + report);
      assertFalse(report.usable().isEmpty(), file.toString());
    }
  }

  @Test
  void verify_anyTwoFilesExchanged_isReported() {
    List<Path> files = disk.files(STORE);
    for (Path one : files) {
      for (Path other : files.subList(files.indexOf(one) + 1, files.size())) {
        byte[] bytes = disk.bytes(one);
        if (Arrays.equals(bytes, disk.bytes(other))) {
          continue; // both are empty
        }
        disk.setBytes(one, disk.bytes(other));
        disk.setBytes(other, bytes);
        assertDamaged(one + " exchanged with " + other);
        disk.setBytes(other, disk.bytes(one));
        disk.setBytes(one, bytes);
      }
    }
    assertEquals(Outcome.CLEAN, verify().outcome());
  }

  @Test
  void verify_damagedPayload_namesFileOffsetAndVersions() {
    Path file = new StoreLayout(STORE).record(3);
    long offset;
    try (StoredVersion version = Store.open(STORE, disk).version(3)) {
      offset = version.index().offset(0);
    }
    disk.bytes(file)[(int) offset] ^= 1;
    VerifyReport report = verify();
    assertEquals(Outcome.DAMAGED, report.outcome());
    assertEquals(1, report.findings().size(), report.toString());
    assertEquals(file.toString(), report.findings().getFirst().file());
    assertEquals(offset, report.findings().getFirst().offset());
    assertEquals(List.of(3L, 4L), report.findings().getFirst().versions());
    assertEquals(List.of(2L), report.usable());
  }

  @Test
  void verify_damagedExtentHeader_leavesTheVersionUsable() {
    disk.bytes(new StoreLayout(STORE).record(3))[256 + 8] ^= 1;
    VerifyReport report = verify();
    assertEquals(Outcome.DAMAGED, report.outcome());
    assertEquals(List.of(2L, 3L, 4L), report.usable(), report.toString());
    assertEquals(List.of(), report.findings().getFirst().versions());
  }

  @Test
  void verify_everyVersionDamaged_saysThatNoneIsUsable() {
    for (long number : new long[] {2, 3, 4}) {
      byte[] bytes = disk.bytes(new StoreLayout(STORE).record(number));
      bytes[bytes.length / 2] ^= 1;
    }
    assertEquals(Outcome.NO_USABLE_VERSION, verify().outcome());
  }

  @Test
  void verify_strayAndTemporaryFiles_areNotesNotDamage() throws IOException {
    StoreLayout layout = new StoreLayout(STORE);
    disk.create(STORE.resolve("notes.txt"), Access.OWNER).close();
    disk.create(layout.log().resolve(".nfs0000001"), Access.OWNER).close();
    disk.create(layout.temporary(6, 1, "1"), Access.OWNER).close();
    disk.create(layout.gone(1, TestStores.TAKING), Access.OWNER).close();
    VerifyReport report = verify();
    assertEquals(Outcome.CLEAN, report.outcome());
    assertEquals(4, report.notes().size(), report.toString());
  }

  @Test
  void verify_recordOfAnotherStore_isANote() {
    MemoryDisk other = TestStores.resting(new TestJob(6), 8);
    Path dropped = new StoreLayout(STORE).record(9);
    byte[] bytes = other.bytes(dropped);
    try (var file = disk.create(new StoreLayout(STORE).record(9), Access.OWNER)) {
      file.writeFully(java.nio.ByteBuffer.wrap(bytes), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    VerifyReport report = verify();
    assertTrue(report.notes().getFirst().what().contains("another store"), report.toString());
    assertEquals(List.of(2L, 3L, 4L), report.usable());
  }

  /**
   * All but the END, without which the log is that of a job that was killed, and what it spares.
   */
  @Test
  void verify_recordReplacedByOneOfAnotherStore_isReported() {
    MemoryDisk other = TestStores.resting(new TestJob(6), 3);
    StoreLayout layout = new StoreLayout(STORE);
    for (long number : new long[] {1, 3, 4}) {
      MemoryDisk copy = disk.copy();
      copy.setBytes(layout.record(number), other.bytes(layout.record(number)).clone());
      VerifyReport report = Verifier.verify(STORE, copy);
      assertEquals(Outcome.DAMAGED, report.outcome(), number + ": " + report);
      assertFalse(report.usable().isEmpty(), report.toString());
    }
  }
}
