// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A repair that is interrupted, meets errors, or works beside a job harms nothing. */
@Execution(ExecutionMode.CONCURRENT)
class RepairCrashTest {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);
  private static final int CRASHES_EACH = 6;

  /** Versions 2 and 3 in which a byte has changed, 4 in which a block of 3 is needed. */
  private static MemoryDisk damaged() {
    MemoryDisk disk = TestStores.resting(new TestJob(5), 3);
    disk.bytes(LAYOUT.record(2))[500] ^= 1;
    byte[] index = disk.bytes(LAYOUT.record(3));
    index[index.length - 700] ^= 0x10;
    disk.bytes(LAYOUT.signpost())[10] ^= 2;
    return disk.copy();
  }

  private static RepairReport apply(FaultyDisk disk) {
    return Repair.apply(STORE, disk, VerifyOptions.ALL);
  }

  private static RepairReport apply(MemoryDisk disk) {
    return Repair.apply(STORE, disk, VerifyOptions.ALL);
  }

  /** All files that a number or name must always have, with what may stand there. */
  private static void assertDamagedOrRepaired(MemoryDisk after, MemoryDisk before, String how) {
    MemoryDisk whole = TestStores.resting(new TestJob(5), 3);
    for (Path file : whole.files(STORE)) {
      assertTrue(after.files(STORE).contains(file), how + ": " + file + " is gone");
      byte[] found = after.bytes(file);
      assertTrue(
          Arrays.equals(found, before.bytes(file)) || isSameFile(file, found, after),
          how + ": " + file + " is neither the damaged nor the repaired one");
    }
  }

  private static boolean isSameFile(Path file, byte[] found, MemoryDisk disk) {
    MemoryDisk probe = disk.copy();
    probe.setBytes(file, found);
    return Verifier.verify(STORE, probe).findings().stream()
        .noneMatch(finding -> finding.file().equals(file.toString()));
  }

  @Test
  void apply_crashAfterEveryOperation_leavesTheDamagedOrTheRepairedFile() {
    long seed = 42;
    Random coin = new Random(seed);
    MemoryDisk before = damaged();
    boolean met = true;
    for (int k = 0; met; k++) {
      MemoryDisk memory = before.copy();
      FaultyDisk faulty = new FaultyDisk(memory);
      faulty.failOnly(writing(), k, Errno.EIO, true);
      attempt(faulty);
      met = faulty.met();
      for (int i = 0; i < CRASHES_EACH; i++) {
        boolean all = i == 0;
        boolean none = i == 1;
        MemoryDisk after = memory.afterCrash(() -> all || (!none && coin.nextBoolean()));
        String how = "crash at operation " + k + ", seed " + seed + ", draw " + i;
        assertDamagedOrRepaired(after, before, how);
        RepairReport again = apply(after);
        assertEquals(Outcome.CLEAN, again.verified().outcome(), how + ": " + again);
        assertTrue(hidden(after).isEmpty(), how + ": " + hidden(after));
      }
    }
  }

  private static Set<Op> writing() {
    return EnumSet.of(
        Op.CREATE,
        Op.CREATE_DIRECTORY,
        Op.LINK,
        Op.RENAME,
        Op.DELETE,
        Op.SYNC_DIRECTORY,
        Op.WRITE,
        Op.SYNC,
        Op.CLOSE_WRITTEN);
  }

  private static void attempt(FaultyDisk faulty) {
    try {
      assertFalse(apply(faulty).steps().isEmpty());
    } catch (StoreException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  private static List<String> hidden(MemoryDisk memory) {
    List<String> names = new ArrayList<>();
    for (Path file : memory.files(STORE.resolve("log"))) {
      names.add(file.getFileName().toString());
    }
    names.removeIf(name -> !name.startsWith("."));
    return names;
  }

  @ParameterizedTest
  @EnumSource(Errno.class)
  void apply_failingAtEveryOperation_throwsTypedErrorsAndSucceedsLater(Errno errno) {
    MemoryDisk before = damaged();
    boolean met = true;
    for (int k = 0; met; k++) {
      MemoryDisk memory = before.copy();
      FaultyDisk faulty = new FaultyDisk(memory);
      faulty.failAt(k, errno, false);
      try {
        RepairReport report = apply(faulty);
        assertFalse(report.verified().usable().isEmpty(), errno + " at " + k + ": " + report);
      } catch (StoreException | OutOfMemoryError e) {
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
      }
      met = faulty.met();
      faulty.heal();
      RepairReport again = apply(memory);
      assertEquals(Outcome.CLEAN, again.verified().outcome(), errno + " at " + k + ": " + again);
    }
  }

  @Test
  void apply_hardLinksNotSupported_keepsACopy() throws IOException {
    MemoryDisk memory = damaged();
    byte[] bytes = memory.bytes(LAYOUT.record(2)).clone();
    RepairReport report =
        Repair.apply(
            STORE,
            new ForwardingDisk(memory) {
              @Override
              public void link(Path existing, Path name) throws IOException {
                throw new IOException("Operation not supported");
              }
            },
            VerifyOptions.ALL);
    assertEquals(Outcome.CLEAN, report.verified().outcome(), report.toString());
    assertArrayEquals(bytes, memory.bytes(LAYOUT.quarantine().resolve("0000000000000002.hf-1")));
  }

  @Test
  void apply_besideALiveWriter_leavesItTheHolder() {
    TestJob job = new TestJob(21, 30, false);
    MemoryDisk memory = new MemoryDisk();
    try (StoreWriter writer = TestStores.open(memory)) {
      for (int i = 0; i < 4; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      for (long number : new long[] {2, 3, 4, 5}) {
        memory.bytes(LAYOUT.record(number))[600] ^= 4;
      }
      RepairReport report = apply(memory);
      assertEquals(Outcome.CLEAN, report.verified().outcome(), report.toString());
      for (int i = 0; i < 4; i++) {
        job.advance();
        committed(job.commit(writer, false));
      }
      try (StoredVersion version = writer.newest().orElseThrow()) {
        job.assertMatches(version);
      }
    }
    VerifyReport after = Verifier.verify(STORE, memory);
    assertEquals(after.versions(), after.usable(), after.toString());
  }

  @Test
  void open_whileARepairIsUnderWay_leavesItsFile() throws IOException {
    MemoryDisk memory = TestStores.resting(new TestJob(5), 3);
    memory.bytes(LAYOUT.record(2))[500] ^= 1;
    FaultyDisk faulty = new FaultyDisk(memory);
    faulty.failOnly(EnumSet.of(Op.RENAME, Op.DELETE), 0, Errno.EIO, true);
    attempt(faulty);
    List<String> left = hidden(memory);
    assertEquals(1, left.size(), left.toString());
    TestStores.open(memory).close();
    assertEquals(left, hidden(memory));
    assertTrue(
        Verifier.verify(STORE, memory).notes().stream()
            .anyMatch(note -> note.what().contains("holdfast repair")));
  }

  /** A version is deleted between the repair's listing and its rename. */
  @Test
  void apply_versionDeletedMeanwhile_isNotBroughtBack() {
    MemoryDisk memory = damaged();
    ForwardingDisk racing =
        new ForwardingDisk(memory) {
          @Override
          public void rename(Path from, Path to) throws IOException {
            if (to.equals(LAYOUT.record(2))) {
              super.rename(LAYOUT.record(2), LAYOUT.gone(2, TestStores.TAKING));
            }
            super.rename(from, to);
          }
        };
    Repair.apply(STORE, racing, VerifyOptions.ALL);
    VerifyReport report = Verifier.verify(STORE, memory);
    assertEquals(List.of(3L, 4L), report.versions(), report.toString());
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
  }

  /** A version whose sections are lost blocks pruning; when a newer one is sound it may go. */
  @Test
  void apply_beyondRepairAndNotNeeded_isSetAsideOnceANewerVersionIsSound() throws IOException {
    TestJob job = new TestJob(31, 30, false);
    MemoryDisk memory = new MemoryDisk();
    try (StoreWriter writer = TestStores.open(memory)) {
      for (int i = 0; i < 2; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
    }
    Path lost = LAYOUT.record(3);
    byte[] bytes = memory.bytes(lost);
    Arrays.fill(bytes, bytes.length - 600, bytes.length - 200, (byte) 0);
    RepairReport first = apply(memory);
    assertEquals(Kind.LEAVE, first.steps().getFirst().kind(), first.toString());
    assertEquals(List.of(2L), first.verified().usable());
    try (StoreWriter writer = StoreWriter.open(STORE, TestStores.takingOver(memory));
        StoredVersion version = writer.newest().orElseThrow()) {
      job.restore(version);
      writer.resume(version);
      job.advance();
      committed(job.commit(writer, false));
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
    RepairReport second = apply(memory);
    assertEquals(Kind.SET_ASIDE, second.steps().getFirst().kind(), second.toString());
    assertEquals(Outcome.CLEAN, second.verified().outcome(), second.toString());
    assertFalse(memory.files(STORE).contains(lost));
    assertArrayEquals(bytes, memory.bytes(LAYOUT.quarantine().resolve("0000000000000003.hf-1")));
  }

  @Test
  void apply_unreadableOpenOfAnEarlierAttempt_isSetAsideAndNotMissed() throws IOException {
    TestJob job = new TestJob(33);
    MemoryDisk memory = TestStores.resting(job, 2);
    try (StoreWriter writer = TestStores.open(memory);
        StoredVersion version = writer.newest().orElseThrow()) {
      writer.resume(version);
      job.advance();
      committed(job.commit(writer, true));
    }
    Arrays.fill(memory.bytes(LAYOUT.record(1)), 0, 300, (byte) 0);
    RepairReport report = apply(memory);
    assertEquals(Kind.SET_ASIDE, report.steps().getFirst().kind(), report.toString());
    assertEquals(Outcome.CLEAN, report.verified().outcome(), report.toString());
  }

  @Test
  void apply_unreadableOpenOfTheNewestAttempt_stays() {
    MemoryDisk memory = TestStores.resting(new TestJob(5), 3);
    Arrays.fill(memory.bytes(LAYOUT.record(1)), 0, 300, (byte) 0);
    RepairReport report = apply(memory);
    assertEquals(Kind.LEAVE, report.steps().getFirst().kind(), report.toString());
    assertTrue(report.steps().getFirst().details().toString().contains("who holds the store"));
    assertEquals(Outcome.DAMAGED, report.verified().outcome());
  }

  /** The disk cannot read a sector any more. */
  @Test
  void apply_sectorThatCannotBeRead_isPutTogetherFromOtherFiles() {
    TestJob job = new TestJob(9);
    MemoryDisk memory = new MemoryDisk();
    try (StoreWriter writer = TestStores.open(memory)) {
      committed(job.commit(writer, true));
      committed(job.commit(writer, true));
    }
    byte[] written = memory.bytes(LAYOUT.record(3)).clone();
    BadSectorDisk bad = new BadSectorDisk(memory, LAYOUT.record(3), 1024, 512);
    assertEquals(List.of(2L), Verifier.verify(STORE, bad).usable());
    RepairReport report = Repair.apply(STORE, bad, VerifyOptions.ALL);
    assertArrayEquals(written, memory.bytes(LAYOUT.record(3)), report.toString());
  }
}
