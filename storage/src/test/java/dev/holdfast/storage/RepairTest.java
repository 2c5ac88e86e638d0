// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.RepairReport.Step;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A repaired file is the file that was written, byte for byte, or it is left alone. */
class RepairTest {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  /** Two full versions 2 and 3, a delta 4 with XOR layers, of a job that has stopped. */
  private final TestJob job = new TestJob(5);

  private final MemoryDisk disk = TestStores.resting(job, 3);
  private final Map<Path, byte[]> written = contents(disk);

  private static Map<Path, byte[]> contents(MemoryDisk disk) {
    Map<Path, byte[]> contents = new TreeMap<>();
    for (Path file : disk.files(STORE)) {
      if (!file.startsWith(LAYOUT.quarantine())) {
        contents.put(file, disk.bytes(file).clone());
      }
    }
    return contents;
  }

  private static RepairReport apply(Disk disk) {
    return Repair.apply(STORE, disk, VerifyOptions.ALL);
  }

  private static Kind kind(RepairReport report, Path file) {
    return report.steps().stream()
        .filter(step -> step.file().equals(file.toString()))
        .map(Step::kind)
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing about " + file + ": " + report));
  }

  private void assertAsWritten(MemoryDisk repaired, String how) {
    Map<Path, byte[]> now = contents(repaired);
    assertEquals(written.keySet(), now.keySet(), how);
    written.forEach((file, bytes) -> assertArrayEquals(bytes, now.get(file), how + " " + file));
  }

  private void assertRepaired(String how) {
    RepairReport planned = Repair.plan(STORE, disk, VerifyOptions.ALL);
    assertFalse(planned.applied());
    RepairReport report = apply(disk);
    assertEquals(Outcome.CLEAN, report.verified().outcome(), how + ": " + report);
    assertAsWritten(disk, how);
    assertFalse(planned.steps().isEmpty(), how);
  }

  private byte[] bytes(long number) {
    return disk.bytes(LAYOUT.record(number));
  }

  private Footer footer(long number) {
    try (RecordFile file = RecordFile.open(disk, LAYOUT, number)) {
      return file.footer();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void plan_changesNothing() {
    bytes(3)[500] ^= 1;
    FaultyDisk watched = new FaultyDisk(disk);
    RepairReport report = Repair.plan(STORE, watched, VerifyOptions.ALL);
    assertEquals(Kind.REBUILD, kind(report, LAYOUT.record(3)));
    for (String operation : watched.trace()) {
      assertTrue(operation.matches("(LIST|OPEN|SIZE|READ|FACTS|REAL_PATH) .*"), operation);
    }
  }

  /** The newest version restores once the other file is repaired: so what is older may go. */
  @Test
  void plan_ofWhatOneRepairMakesPossible_isWhatApplyDoes() {
    loseABlockOf(2);
    bytes(3)[3] ^= 1;
    RepairReport planned = Repair.plan(STORE, disk, VerifyOptions.ALL);
    assertEquals(Outcome.NO_USABLE_VERSION, planned.verified().outcome());
    assertEquals(Kind.REBUILD, kind(planned, LAYOUT.record(3)));
    RepairReport report = apply(disk);
    assertEquals(List.of(3L, 4L), report.verified().usable());
    assertEquals(kind(report, LAYOUT.record(2)), kind(planned, LAYOUT.record(2)));
    assertEquals(Kind.SET_ASIDE, kind(report, LAYOUT.record(2)));
  }

  /** One that no other file stores. */
  private void loseABlockOf(long number) {
    try (StoredVersion version = Store.open(STORE, disk).version(number)) {
      Path file = LAYOUT.record(number);
      for (int entry = 0; entry < version.index().size(); entry++) {
        if (version.index().storedBytes(entry) >= 16) {
          byte[] whole = disk.bytes(file).clone();
          int at = (int) version.index().offset(entry);
          Arrays.fill(disk.bytes(file), at, at + 16, (byte) 0x55);
          if (kind(Repair.plan(STORE, disk, VerifyOptions.ALL), file) != Kind.REBUILD) {
            return;
          }
          disk.setBytes(file, whole);
        }
      }
      throw new AssertionError("every block of " + number + " is stored elsewhere");
    }
  }

  /** The version above tells that the record below it was deleted in order, once it is whole. */
  @Test
  void apply_recordThatIsMissedNoMoreAtTheEnd_isNoLoss() throws IOException {
    MemoryDisk killed = new MemoryDisk();
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(9);
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(killed))) {
      for (int i = 0; i < 4; i++) {
        job.advance();
        committed(job.commit(writer, true));
      }
    }
    killed.delete(LAYOUT.record(4));
    killed.bytes(LAYOUT.record(5))[20] ^= 1;
    assertTrue(
        Repair.plan(STORE, killed, VerifyOptions.ALL).verified().findings().size() > 1,
        "4 seems to be lost as well");
    RepairReport report = apply(killed);
    assertEquals(List.of(Kind.REBUILD), report.steps().stream().map(Step::kind).toList());
    assertEquals(Outcome.CLEAN, report.verified().outcome());
  }

  @Test
  void apply_soundStore_doesNothing() {
    RepairReport report = apply(disk);
    assertEquals(List.of(), report.steps());
    assertAsWritten(disk, "sound");
    assertFalse(disk.files(STORE).stream().anyMatch(f -> f.startsWith(LAYOUT.quarantine())));
  }

  /** In each build one byte of three, and others in the next; in the soak every byte. */
  @Test
  void apply_anyOneByteChanged_makesEveryFileAsItWasWritten() {
    int share = Boolean.getBoolean("holdfast.soak") ? 1 : 3;
    int first =
        Integer.getInteger(
            "holdfast.repair.first", (int) Math.floorMod(System.nanoTime(), (long) share));
    System.out.println(
        "bytes: ./mvnw test -pl storage -am -Dtest=RepairTest -Dholdfast.repair.first=" + first);
    int parts = 2;
    IntStream.range(0, parts)
        .parallel()
        .forEach(part -> changeEveryByte(first + part * share, parts * share));
  }

  private void changeEveryByte(int first, int stride) {
    for (Map.Entry<Path, byte[]> file : written.entrySet()) {
      for (int at = first; at < file.getValue().length; at += stride) {
        MemoryDisk copy = disk.copy();
        copy.bytes(file.getKey())[at] ^= (byte) (1 + at % 255);
        RepairReport report = apply(copy);
        String how = "byte " + at + " of " + file.getKey() + ": " + report;
        assertEquals(Outcome.CLEAN, report.verified().outcome(), how);
        assertAsWritten(copy, how);
      }
    }
  }

  /** Runs of zeros, as a lost sector leaves them: some is beyond repair, nothing gets worse. */
  @Test
  void apply_anyRunOfZeros_neverHasFewerUsableVersions() {
    for (Map.Entry<Path, byte[]> file : written.entrySet()) {
      for (int at = 0; at < file.getValue().length; at += 61) {
        MemoryDisk copy = disk.copy();
        int end = Math.min(at + 128, file.getValue().length);
        Arrays.fill(copy.bytes(file.getKey()), at, end, (byte) 0);
        VerifyReport before = Verifier.verify(STORE, copy);
        RepairReport report = apply(copy);
        String how = "zeros from " + at + " of " + file.getKey() + ": " + report;
        assertTrue(report.verified().usable().containsAll(before.usable()), how);
        assertFalse(report.verified().usable().isEmpty(), how);
        if (report.verified().outcome() == Outcome.CLEAN
            && report.steps().stream().noneMatch(step -> step.kind() == Kind.SET_ASIDE)) {
          assertAsWritten(copy, how);
        }
      }
    }
  }

  @Test
  void apply_indexOfAFullVersionLost_isBuiltFromItsExtents() {
    Footer footer = footer(2);
    Arrays.fill(bytes(2), (int) footer.indexOffset(), (int) footer.sectionsOffset(), (byte) 0xff);
    assertRepaired("index");
  }

  @Test
  void apply_indexOfADeltaWithLayersLost_isBuiltFromItsExtentsAndThoseItRefersTo() {
    Footer footer = footer(4);
    Arrays.fill(bytes(4), (int) footer.indexOffset(), (int) footer.sectionsOffset(), (byte) 0xff);
    assertRepaired("index with layers");
  }

  @Test
  void apply_headerAndFooterOfAVersionThatOthersNeed_areMadeOfWhatTheseKnow() {
    byte[] bytes = bytes(3);
    Arrays.fill(bytes, 0, FileHeader.BYTES, (byte) 0);
    Arrays.fill(bytes, bytes.length - Footer.BYTES, bytes.length, (byte) 0);
    assertRepaired("header and footer");
  }

  @Test
  void apply_footerOfTheNewestVersionLost_isLeftBecauseNothingProvesIt() {
    byte[] bytes = bytes(4);
    Arrays.fill(bytes, bytes.length - Footer.BYTES, bytes.length, (byte) 0);
    RepairReport report = apply(disk);
    assertEquals(Kind.LEAVE, kind(report, LAYOUT.record(4)), report.toString());
    assertEquals(List.of(2L, 3L), report.verified().usable());
  }

  @Test
  void apply_footerCutOff_isMadeAgain() {
    byte[] bytes = bytes(3);
    disk.setBytes(LAYOUT.record(3), Arrays.copyOf(bytes, bytes.length - Footer.BYTES + 5));
    assertRepaired("cut");
  }

  @Test
  void apply_bytesAppended_areCutOff() {
    for (int more : new int[] {1, 8, 4096}) {
      byte[] bytes = bytes(3);
      disk.setBytes(LAYOUT.record(3), Arrays.copyOf(bytes, bytes.length + more));
      assertRepaired(more + " bytes appended");
    }
  }

  @Test
  void apply_headsOfExtentsAndSpacesLost_areMadeOfTheIndex() {
    byte[] bytes = bytes(3);
    Arrays.fill(bytes, FileHeader.BYTES, FileHeader.BYTES + 96, (byte) 7);
    assertRepaired("extent head");
  }

  @Test
  void apply_twoRecordsExchanged_putsEachAtItsNumber() {
    byte[] bytes = bytes(2);
    disk.setBytes(LAYOUT.record(2), bytes(3));
    disk.setBytes(LAYOUT.record(3), bytes);
    assertRepaired("exchanged");
  }

  @Test
  void apply_signpostLostOrDamaged_isMadeAgain() throws IOException {
    Arrays.fill(disk.bytes(LAYOUT.signpost()), (byte) 'x');
    assertRepaired("damaged");
    disk.delete(LAYOUT.signpost());
    assertRepaired("lost");
  }

  @Test
  void apply_damagedFile_isKeptInQuarantineWithItsBytes() {
    bytes(3)[500] ^= 1;
    byte[] damaged = bytes(3).clone();
    apply(disk);
    assertArrayEquals(damaged, disk.bytes(LAYOUT.quarantine().resolve("0000000000000003.hf-1")));
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(Outcome.CLEAN, report.outcome());
    assertEquals(1, report.notes().size(), report.toString());
  }

  /** Every block of a version is lost; another version stores the same values. */
  @Test
  void apply_blockThatAnotherVersionStoresToo_isCopiedOrEncodedAgain() {
    MemoryDisk memory = new MemoryDisk();
    TestJob twice = new TestJob(9);
    try (StoreWriter writer = TestStores.open(memory)) {
      for (int i = 0; i < 3; i++) {
        committed(twice.commit(writer, true));
      }
    }
    for (long number : new long[] {3, 4}) {
      byte[] before = memory.bytes(LAYOUT.record(number)).clone();
      long offset = 0;
      int bytes = 0;
      try (StoredVersion version = Store.open(STORE, memory).version(number)) {
        offset = version.index().offset(0);
        bytes = version.index().storedBytes(0);
      }
      Arrays.fill(
          memory.bytes(LAYOUT.record(number)), (int) offset, (int) offset + bytes, (byte) 0);
      RepairReport report = apply(memory);
      assertEquals(Outcome.CLEAN, report.verified().outcome(), report.toString());
      assertArrayEquals(before, memory.bytes(LAYOUT.record(number)));
    }
  }

  @Test
  void apply_folderInPlaceOfARecord_isSetAsideWithWhatItHolds() throws IOException {
    StoreWriter.open(STORE, TestStores.on(disk)).close(); // a newer OPEN tells who holds the store
    disk.delete(LAYOUT.record(2));
    disk.createDirectory(LAYOUT.record(2), Disk.Access.OWNER);
    disk.create(LAYOUT.record(2).resolve("inside"), Disk.Access.OWNER).close();
    assertEquals(
        Kind.SET_ASIDE, kind(Repair.plan(STORE, disk, VerifyOptions.ALL), LAYOUT.record(2)));
    assertEquals(Kind.SET_ASIDE, kind(apply(disk), LAYOUT.record(2)));
    Path aside = LAYOUT.quarantine().resolve(LAYOUT.record(2).getFileName() + "-1");
    assertEquals(List.of("inside"), disk.list(aside));
    assertEquals(Outcome.CLEAN, Verifier.verify(STORE, disk).outcome());
  }

  @Test
  void plan_baseMissing_namesItAndTheVersionsThatNeedIt() throws IOException {
    disk.delete(LAYOUT.record(3));
    RepairReport report = Repair.plan(STORE, disk, VerifyOptions.ALL);
    Step missing =
        report.steps().stream()
            .filter(step -> step.file().equals(LAYOUT.record(3).toString()))
            .findFirst()
            .orElseThrow();
    assertTrue(missing.details().contains("it is missing"), missing::toString);
    assertTrue(
        missing.details().contains("version 4 cannot be restored without it"), missing::toString);
  }
}
