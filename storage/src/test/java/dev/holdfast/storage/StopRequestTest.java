// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request to stop reaches the attempt it is meant for, once, and no other. */
class StopRequestTest {
  private static final String ADA = "ada on n007 with holdfast stop";

  @TempDir private Path temp;
  private final MemoryDisk disk = new MemoryDisk();
  private final StoreLayout layout = new StoreLayout(STORE);

  private boolean isThere() throws IOException {
    return disk.list(STORE).contains("STOP");
  }

  @Test
  void hear_requestForThisAttempt_isHeardOnceAndTakenAway() throws IOException {
    try (StoreWriter writer = TestStores.open(disk)) {
      assertEquals(Optional.empty(), writer.hearStop());
      StopRequest request = new StopRequest(writer.attempt(), ADA);
      request.leave(STORE, disk);
      assertEquals(Optional.of(request), StopRequest.find(STORE, disk));
      assertEquals(Optional.of(ADA), writer.hearStop());
      assertFalse(isThere());
      assertEquals(Optional.empty(), writer.hearStop());
      assertEquals(Optional.empty(), StopRequest.find(STORE, disk));
    }
  }

  @Test
  void hear_requestForAnEarlierAttempt_isIgnoredAndTakenAway() throws IOException {
    long earlier;
    try (StoreWriter writer = TestStores.open(disk)) {
      earlier = writer.attempt();
      assertTrue(writer.end(TestStores.ended(EndCause.STOPPED)));
    }
    new StopRequest(earlier, ADA).leave(STORE, disk);
    try (StoreWriter writer = TestStores.open(disk)) {
      assertFalse(isThere(), "opening takes it away");
      new StopRequest(earlier, ADA).leave(STORE, disk);
      assertEquals(Optional.empty(), writer.hearStop());
      assertFalse(isThere());
    }
  }

  @Test
  void hear_byAWriterThatWasTakenOver_leavesItToItsSuccessor() throws IOException {
    try (StoreWriter old = TestStores.open(disk);
        StoreWriter successor = StoreWriter.open(STORE, TestStores.takingOver(disk))) {
      new StopRequest(successor.attempt(), ADA).leave(STORE, disk);
      assertEquals(Optional.empty(), old.hearStop());
      assertTrue(isThere());
      assertEquals(Optional.of(ADA), successor.hearStop());
    }
  }

  @Test
  void hear_textThatNobodyWrote_isIgnoredAndTakenAway() throws IOException {
    try (StoreWriter writer = TestStores.open(disk)) {
      for (String text : List.of("", "stop!\n", "x".repeat(5000))) {
        new StopRequest(writer.attempt(), ADA).leave(STORE, disk);
        disk.setBytes(layout.stop(), text.getBytes(StandardCharsets.US_ASCII));
        assertThrows(DamagedException.class, () -> StopRequest.find(STORE, disk));
        assertEquals(Optional.empty(), writer.hearStop());
        assertFalse(isThere());
      }
    }
  }

  @Test
  void leave_whatIsSaid_becomesOneBoundedLine() {
    TestStores.open(disk).close();
    new StopRequest(1, "ada\nattempt 2\u0007" + "x".repeat(9000)).leave(STORE, disk);
    StopRequest found = StopRequest.find(STORE, disk).orElseThrow();
    assertTrue(found.by().startsWith("ada attempt 2 xxx"), found.by());
    assertEquals(500, found.by().length());
  }

  @Test
  void withdraw_untilItIsHeard_takesItBack() throws IOException {
    try (StoreWriter writer = TestStores.open(disk)) {
      new StopRequest(writer.attempt(), ADA).leave(STORE, disk);
      StopRequest.withdraw(STORE, disk);
      assertFalse(isThere());
      StopRequest.withdraw(STORE, disk);
      assertEquals(Optional.empty(), writer.hearStop());
    }
  }

  @Test
  void leave_inTheStoreOfAGroup_isReadableByIt() throws IOException {
    TestStores.Options options = new TestStores.Options();
    options.access = Access.GROUP;
    Path store = temp.resolve("store");
    StoreWriter.open(store, options.on(Disk.local())).close();
    new StopRequest(1, ADA).leave(store, Disk.local());
    assertTrue(Disk.local().facts(store.resolve("STOP")).groupMayWrite());
  }

  @Test
  void leave_whereNoStoreIs_saysSo() {
    StoreIoException e =
        assertThrows(StoreIoException.class, () -> new StopRequest(1, ADA).leave(STORE, disk));
    assertTrue(e.getMessage().contains("leaving a request to stop"), e.getMessage());
  }

  @Test
  void verify_ofAStoreWithARequest_tellsOfItAndOfEveryFlippedBit() {
    TestStores.open(disk).close();
    new StopRequest(1, ADA).leave(STORE, disk);
    VerifyReport report = Verifier.verify(STORE, disk);
    assertEquals(Outcome.CLEAN, report.outcome(), report.toString());
    assertTrue(
        report.notes().toString().contains("asks the attempt of record 1 to stop, by ada on n007"));
    byte[] bytes = disk.bytes(layout.stop());
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertEquals(1, Verifier.verify(STORE, disk).findings().size(), "bit " + bit);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }
}
