// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.PrunePlan.Reason.Why;
import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a restart would find of the output files is told beforehand, and nothing else. */
class OutputCheckTest {
  private static final Path FOLDER = MemoryDisk.ROOT;
  private static final Path PROBE = FOLDER.resolve("probe.csv");
  private static final int LINE_BYTES = 10;

  private final MemoryDisk disk = new MemoryDisk();

  /** Full versions 2, 3 and 4 of a job that has stopped, each with a line more of output. */
  private void threeVersions(Path store, String name) {
    TestStores.Options options = new TestStores.Options();
    options.keep = KeepRules.last(3);
    options.environment =
        Map.of(StoreOptions.FOLDER, FOLDER.toString(), StoreOptions.STORE, store.toString());
    TestJob job = new TestJob(31);
    try (StoreWriter writer = StoreWriter.open(store, options.on(disk));
        OutputFile output = OutputFile.begin(disk, PROBE)) {
      for (int i = 0; i < 3; i++) {
        output.append(ByteBuffer.wrap("some line\n".getBytes(StandardCharsets.UTF_8)));
        job.advance();
        committed(job.commitUntidied(writer, true, List.of(output.mark(name))));
      }
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
  }

  private VerifyReport verify() {
    return Verifier.verify(STORE, disk);
  }

  @Test
  void verify_outputsAsTheyWere_isClean() {
    threeVersions(STORE, "probe.csv");
    assertEquals(Outcome.CLEAN, verify().outcome());
    assertEquals(List.of(), verify().notes());
  }

  @Test
  void verify_outputOfTheNewestDamaged_saysThatARestartGoesOnFromTheOneBefore() {
    threeVersions(STORE, "probe.csv");
    disk.bytes(PROBE)[2 * LINE_BYTES] ^= 1;
    VerifyReport report = verify();
    assertEquals(Outcome.DAMAGED, report.outcome());
    assertEquals(List.of(2L, 3L), report.usable());
    Finding finding = report.findings().getFirst();
    assertEquals(PROBE.toString(), finding.file());
    assertEquals(List.of(4L), finding.versions());
    assertTrue(finding.what().contains("a restart passes version 4 over"), finding::what);
    VerifyOptions metadata = VerifyOptions.ALL.with(Depth.GRAPH);
    assertEquals(Outcome.CLEAN, Verifier.verify(STORE, disk, metadata).outcome());
  }

  @Test
  void verify_outputMissing_noVersionIsUsable() throws IOException {
    threeVersions(STORE, "probe.csv");
    disk.delete(PROBE);
    assertEquals(Outcome.NO_USABLE_VERSION, verify().outcome());
    assertEquals(3, verify().findings().size());
  }

  /** Where everything was moved, the output is looked for where it lies now. */
  @Test
  void verify_storeMovedWithItsOutput_looksBesideIt() throws IOException {
    threeVersions(STORE, "probe.csv");
    Path elsewhere = FOLDER.resolve("elsewhere");
    disk.createDirectory(elsewhere, Access.OWNER);
    Path moved = elsewhere.resolve(STORE.getFileName());
    disk.rename(STORE, moved);
    VerifyReport alone = Verifier.verify(moved, disk);
    assertEquals(Outcome.CLEAN, alone.outcome());
    assertTrue(alone.notes().toString().contains("cannot be seen from here"), alone::toString);
    Path probe = elsewhere.resolve("probe.csv");
    disk.rename(PROBE, probe);
    assertEquals(List.of(), Verifier.verify(moved, disk).notes());
    disk.bytes(probe)[0] ^= 1;
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(moved, disk).outcome());
  }

  /** Only what lies beside the store is certainly seen by whoever sees the store. */
  @Test
  void verify_outputElsewhereOnAHostThatIsNotKnown_isANote() throws IOException {
    disk.createDirectory(FOLDER.resolve("scratch"), Access.OWNER);
    Path store = FOLDER.resolve("scratch").resolve("job.holdfast");
    threeVersions(store, PROBE.toString());
    disk.delete(PROBE);
    assertEquals(Outcome.NO_USABLE_VERSION, Verifier.verify(store, disk).outcome());
    disk.delete(new StoreLayout(store).record(1)); // it told the host
    VerifyReport report = Verifier.verify(store, disk);
    assertEquals(List.of(2L, 3L, 4L), report.usable());
    assertEquals(PROBE.toString(), report.notes().getFirst().file());
  }

  @Test
  void repair_outputDamaged_leavesItAndTheStoreAlone() {
    threeVersions(STORE, "probe.csv");
    disk.bytes(PROBE)[2 * LINE_BYTES] ^= 1;
    List<Path> before = disk.files(STORE);
    RepairReport report = Repair.apply(STORE, disk, VerifyOptions.ALL);
    assertEquals(List.of(Kind.LEAVE), report.steps().stream().map(s -> s.kind()).toList());
    assertEquals(PROBE.toString(), report.steps().getFirst().file());
    assertEquals(before, disk.files(STORE));
  }

  @Test
  void prune_outputOfTheNewestDamaged_deletesNothing() {
    threeVersions(STORE, "probe.csv");
    disk.bytes(PROBE)[2 * LINE_BYTES] ^= 1;
    Store store = Store.open(STORE, disk);
    PrunePlan plan = new StorePruner(store, disk, Time.SYSTEM).prune(KeepRules.last(1), false);
    assertEquals(List.of(), plan.goes());
    assertEquals(List.of(4L), plan.damaged().stream().map(Rejection::number).toList());
    assertEquals(
        List.of(Why.WAITING, Why.NEWEST, Why.DAMAGED),
        plan.stays().stream().map(v -> v.reason().why()).toList());
    assertFalse(verify().usable().isEmpty());
  }
}
