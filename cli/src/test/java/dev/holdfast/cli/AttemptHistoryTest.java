// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.AttemptStatus.Ending;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Records written by hand: ends that are rare, and what retention or damage has taken away. */
final class AttemptHistoryTest {
  private static final long S = 1_000_000_000L;
  private static final Holder HOLDER = new Holder("n1", "b", "p", 1, 2, "ada", "Slurm", "12", 0);

  private final List<StoreRecord> records = new ArrayList<>();
  private Ledger ledger = Ledger.begin(0);

  private void open(long number, long atMs, long lostMs, long downMs, int failed) {
    ledger = ledger.withAttempt(atMs, lostMs, downMs, failed);
    records.add(new Attempt(number, atMs, new Opened(HOLDER, ledger, Map.of())));
  }

  /** The attempt computes, and restarts for a second before. */
  private void computes(long atMs, long usefulS) {
    ledger = ledger.advanced(atMs, usefulS * S, 0, S);
  }

  private void end(long number, long attempt, EndCause cause, long step) {
    Ended ended = new Ended(cause, "why", step, ledger);
    records.add(new EndRecord(number, attempt, ledger.atEpochMs(), ended));
  }

  private List<Brief> briefs() {
    return records.stream().map(Brief::of).toList();
  }

  private List<AttemptStatus> attempts(Ending open, long untilMs) {
    return new AttemptHistory(briefs(), open, untilMs).attempts();
  }

  @Test
  void failedAttempt_whoseWorkTheNextFindsLost_hasItAsRework() {
    open(1, 0, 0, 0, 0);
    computes(11_000, 10);
    end(3, 1, EndCause.FAILED, 10); // version 2, of 6 s, has been deleted
    open(4, 20_000, 0, 9_000, 0);
    ledger = ledger.wentBackTo(6 * S);
    computes(31_000, 10);
    end(6, 4, EndCause.COMPLETE, 16);
    List<AttemptStatus> attempts = attempts(Ending.KILLED, 99_000);
    AttemptStatus first = attempts.getFirst();
    assertEquals(6, first.spent().usefulSeconds(), 1e-9);
    assertEquals(4, first.spent().reworkSeconds(), 1e-9);
    assertEquals(1, first.spent().restartSeconds(), 1e-9);
    assertEquals(OptionalLong.of(11_000), first.endedEpochMs());
    assertEquals(OptionalLong.empty(), first.lastStep(), "the version is not there to tell");
    AttemptStatus second = attempts.getLast();
    assertEquals(10, second.spent().usefulSeconds(), 1e-9);
    assertEquals(0, second.spent().reworkSeconds(), 1e-9);
    assertEquals(9, second.before().seconds(), 1e-9);
    assertFalse(second.before().queued(), "nobody waits in a queue after an error");
    assertEquals(OptionalLong.of(16), second.lastStep());
  }

  @Test
  void killedAttempts_haveTheirTimeSinceTheLastRecordAsRework() {
    open(1, 0, 0, 0, 0);
    open(2, 30_000, 20_000, 10_000, 1);
    List<AttemptStatus> attempts = attempts(Ending.KILLED, 37_000);
    assertEquals(20, attempts.getFirst().spent().reworkSeconds(), 1e-9);
    assertEquals(OptionalLong.of(20_000), attempts.getFirst().endedEpochMs());
    assertEquals(10, attempts.getLast().before().seconds(), 1e-9);
    assertEquals(7, attempts.getLast().spent().reworkSeconds(), 1e-9);
    assertEquals(OptionalLong.of(0), attempts.getLast().lastStep(), "no version was ever made");
    Ledger now = new AttemptHistory(briefs(), Ending.KILLED, 37_000).ledger();
    assertEquals(27 * S, now.reworkNs());
    assertEquals(37 * S, now.makespanNs());
  }

  @Test
  void runningAttempt_countsAsComputingSinceItsLastRecord() {
    open(1, 0, 0, 0, 0);
    computes(11_000, 10);
    end(2, 1, EndCause.STOPPED, 10);
    open(3, 16_000, 0, 5_000, 0);
    List<AttemptStatus> attempts = attempts(Ending.RUNNING, 20_000);
    AttemptStatus last = attempts.getLast();
    assertTrue(last.before().queued());
    assertEquals(OptionalLong.of(10), last.firstStep());
    assertEquals(OptionalLong.empty(), last.endedEpochMs());
    assertEquals(4, last.spent().usefulSeconds(), 1e-9);
    assertEquals(14 * S, new AttemptHistory(briefs(), Ending.RUNNING, 20_000).ledger().usefulNs());
  }

  @Test
  void damagedRecord_leavesTheStepOpenAndTheRestAsItIs() {
    open(1, 0, 0, 0, 0);
    computes(11_000, 10);
    records.add(new DamagedRecord(2, "byte 3"));
    open(3, 16_000, 1_000, 4_000, 1);
    end(4, 3, EndCause.COMPLETE, 10);
    List<AttemptStatus> attempts = attempts(Ending.KILLED, 0);
    assertEquals(2, attempts.size());
    assertEquals(OptionalLong.empty(), attempts.getFirst().lastStep());
    assertEquals(10, attempts.getFirst().spent().usefulSeconds(), 1e-9);
    assertEquals(1, attempts.getFirst().spent().reworkSeconds(), 1e-9);
    assertEquals(OptionalLong.of(12_000), attempts.getFirst().endedEpochMs());
  }

  @Test
  void emptyStore_hasNoAttempts() {
    assertEquals(List.of(), attempts(Ending.KILLED, 5));
    assertEquals(0, new AttemptHistory(briefs(), Ending.KILLED, 5).ledger().makespanNs());
  }
}
