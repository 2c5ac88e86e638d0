// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Footer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A sealed store is repaired with its key, to the very bytes that were written. */
class SealedRepairTest {
  private static final Keys KEY = Keys.of(new byte[32], false);
  private static final VerifyOptions WITH_KEY = VerifyOptions.ALL.withKeys(KEY);
  private static final StoreLayout LAYOUT = new StoreLayout(STORE, KEY);

  /** A prime number of bytes apart, so that every kind of place is met. */
  private static final int STRIDE = 61;

  private final MemoryDisk disk = resting();

  /** OPEN, two full versions of the same state, a delta with XOR layers, END. */
  private static MemoryDisk resting() {
    MemoryDisk disk = new MemoryDisk();
    TestJob job = new TestJob(5);
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.on(disk).withKeys(KEY))) {
      job.advance();
      committed(job.commit(writer, true));
      committed(writer.commit(job.draft(true)));
      job.advance();
      committed(job.commit(writer, false));
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
    return disk;
  }

  private void assertRepaired(Path file, byte[] written, String how) {
    RepairReport report = Repair.apply(STORE, disk, WITH_KEY);
    assertEquals(Outcome.CLEAN, report.verified().outcome(), how + ": " + report);
    assertArrayEquals(written, disk.bytes(file), how);
  }

  @Test
  void apply_oneByteChangedAnywhere_makesTheFileAsItWasWritten() {
    for (long number = 1; number <= 5; number++) {
      Path file = LAYOUT.record(number);
      byte[] written = disk.bytes(file).clone();
      for (int at = 0; at < written.length; at += STRIDE) {
        byte[] damaged = written.clone();
        damaged[at] ^= 0x10;
        disk.setBytes(file, damaged);
        assertRepaired(file, written, "byte " + at + " of record " + number);
      }
    }
  }

  @Test
  void apply_indexLost_isBuiltFromTheExtents() throws IOException {
    Path file = LAYOUT.record(3);
    byte[] written = disk.bytes(file).clone();
    Footer footer;
    try (RecordFile record = RecordFile.open(disk, LAYOUT, 3)) {
      footer = record.footer();
    }
    byte[] damaged = written.clone();
    Arrays.fill(damaged, (int) footer.indexOffset(), (int) footer.sectionsOffset(), (byte) 0);
    disk.setBytes(file, damaged);
    assertRepaired(file, written, "without its index");
  }

  @Test
  void apply_blockThatAnotherVersionHas_isEncryptedAgain() {
    Path file = LAYOUT.record(2);
    byte[] written = disk.bytes(file).clone();
    byte[] damaged = written.clone();
    try (StoredVersion version = Store.open(STORE, disk, KEY).version(2)) {
      int at = (int) version.index().offset(0);
      Arrays.fill(damaged, at, at + version.index().storedBytes(0), (byte) 0);
    }
    disk.setBytes(file, damaged);
    assertRepaired(file, written, "without a block");
  }

  @Test
  void apply_withoutTheKey_isRefusedAndTouchesNothing() {
    Path file = LAYOUT.record(3);
    disk.bytes(file)[400] ^= 1;
    byte[] damaged = disk.bytes(file).clone();
    assertThrows(KeyException.class, () -> Repair.apply(STORE, disk, VerifyOptions.ALL));
    assertArrayEquals(damaged, disk.bytes(file));
  }
}
