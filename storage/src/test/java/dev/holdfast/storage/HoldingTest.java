// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.AttemptInfo;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a reader sees of the one who writes. */
class HoldingTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final TestJob job = new TestJob(5);

  private Holding holding() {
    return Store.open(STORE, disk).holding().orElseThrow();
  }

  @Test
  void holding_whileAttemptRuns_isThatAttempt() {
    TestStores.Options options = new TestStores.Options();
    FakeTime time = new FakeTime();
    time.setTo(0); // the disk's clock counts its operations, and a record tells its writer's
    options.time = time;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(disk))) {
      Holding opened = holding();
      assertEquals(writer.attempt(), opened.attempt());
      assertEquals(ProcessHandle.current().pid(), opened.holder().pid());
      assertEquals(Liveness.ALIVE, opened.liveness());
      job.advance();
      time.setTo(opened.lastSignEpochMs() + 1);
      committed(job.commit(writer, false));
      Holding committed = holding();
      assertEquals(writer.attempt(), committed.attempt());
      assertTrue(committed.lastSignEpochMs() > opened.lastSignEpochMs(), "a version is a sign");
      writer.touch();
      assertTrue(holding().lastSignEpochMs() > committed.lastSignEpochMs(), "so is ALIVE");
    }
  }

  @Test
  void holding_afterTheProcessEndedWithoutAWord_isGone() {
    TestStores.open(disk).close();
    assertEquals(Liveness.GONE, holding().liveness());
  }

  @Test
  void holding_afterAnOrderlyEnd_isNobody() {
    try (StoreWriter writer = TestStores.open(disk)) {
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
      assertEquals(Optional.empty(), Store.open(STORE, disk).holding());
    }
  }

  @Test
  void holding_onAnotherMachine_isUnknown() throws IOException {
    TestStores.open(disk).close();
    StoreLayout layout = new StoreLayout(STORE);
    Store store = Store.open(STORE, disk);
    FileHeader header = FileHeader.of(RecordType.OPEN, 1, store.id(), 2, 2, 5);
    Holder far = new Holder("n002", "boot", "pid:[1]", 4711, 99, "ada", "Slurm", "12_3", 1);
    try (var file = disk.create(layout.record(2), Access.OWNER)) {
      Opener.writeRecord(
          file, header, new AttemptInfo.Opened(far, Ledger.begin(1), Map.of()), Keys.NONE);
    }
    Holding holding = holding();
    assertEquals(2, holding.attempt());
    assertEquals(far, holding.holder());
    assertEquals(Liveness.UNKNOWN, holding.liveness());
  }

  @Test
  void holding_recordThatTellsWhoIsMissing_namesThatRecord() throws IOException {
    try (StoreWriter writer = TestStores.open(disk)) {
      job.advance();
      committed(job.commit(writer, false));
    }
    Path open = new StoreLayout(STORE).record(1);
    disk.delete(open);
    Holding holding = holding();
    assertEquals(Liveness.UNKNOWN, holding.liveness());
    assertEquals(
        "an unknown run (the record that tells who, " + open + ", is missing)",
        holding.holder().describe());
  }
}
