// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.Compression;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a job's time went, to the second, on a clock that only the test moves. */
@Timeout(60)
final class LedgerTest {
  private static final long S = 1_000_000_000L;
  private static final long FIRST_START_MS = 1_000_000_000_000L;

  @TempDir private Path temp;
  private final HandClock clock = new HandClock();

  /** Both clocks, moved by hand. */
  private static final class HandClock implements Time {
    private final AtomicLong ns = new AtomicLong();

    void pass(long seconds) {
      ns.addAndGet(seconds * S);
    }

    @Override
    public long epochMs() {
      return FIRST_START_MS + ns.get() / 1_000_000;
    }

    @Override
    public long nanoTime() {
      return ns.get();
    }

    @Override
    public void pause(Duration duration) {
      ns.addAndGet(duration.toNanos());
    }
  }

  /**
   * @param previousEndS when a supervisor saw the previous attempt end
   */
  private Holdfast open(OptionalLong previousEndS) {
    Settings.Told told =
        new Settings.Told(
            Optional.of(temp.resolve("store")),
            Optional.empty(),
            Optional.of(CheckpointPolicy.fixed(Duration.ofDays(9))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(64L << 20),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of());
    Settings settings = Settings.conclude("test", told, Map.of(), new Properties());
    StoreOptions options =
        new StoreOptions(
            Disk.local(),
            clock,
            Disk.Access.OWNER,
            KeepRules.last(1),
            true,
            Compression.FAST,
            1,
            StoreOptions.MAX_FILE_AGE_DEFAULT,
            false,
            false,
            false,
            previousEndS.isPresent()
                ? OptionalLong.of(FIRST_START_MS + previousEndS.getAsLong() * 1000)
                : OptionalLong.empty(),
            Keys.NONE,
            Map.of(),
            line -> {},
            Optional::empty);
    return new Holdfast(new Session("test", settings, options, Session.Manner.usual(false)), "");
  }

  private static void assertParts(
      Ledger ledger, long useful, long checkpoint, long rework, long restart, long downtime) {
    assertEquals(useful * S, ledger.usefulNs(), "useful");
    assertEquals(checkpoint * S, ledger.checkpointNs(), "checkpoint");
    assertEquals(rework * S, ledger.reworkNs(), "rework");
    assertEquals(restart * S, ledger.restartNs(), "restart");
    assertEquals(downtime * S, ledger.downtimeNs(), "downtime");
    long wallNs = (ledger.atEpochMs() - ledger.firstStartEpochMs()) * 1_000_000;
    assertEquals(wallNs, ledger.makespanNs(), "the parts add up");
  }

  /** Seconds pass: 5 before the loop, 10 in each of these steps. */
  private void steps(Holdfast hf, int from, int to) {
    hf.cell("x", 1);
    clock.pass(5);
    assertEquals(from, hf.restore());
    for (int i = from; i < to; i++) {
      clock.pass(10);
      hf.tick();
    }
  }

  @Test
  void attempts_thatFailAndGoOn_areAccountedToTheSecond() {
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 0, 3);
      assertTrue(hf.checkpoint().awaitDurable());
      clock.pass(25);
      assertParts(hf.ledger(), 55, 0, 0, 5, 0);
      hf.engine().failed(new IllegalStateException("crash"));
    }
    clock.pass(100);
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 3, 5);
      assertParts(hf.ledger(), 50, 0, 25, 10, 100);
      assertEquals(2, hf.ledger().attempts());
      assertEquals(
          0, hf.ledger().failures(), "an error of the program is no failure of the machine");
      assertEquals(0, hf.complete().exitCode());
    }
    clock.pass(7);
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 5, 6);
      Ledger ledger = hf.complete().ledger();
      assertParts(ledger, 60, 0, 25, 15, 107);
      assertEquals(3, ledger.attempts());
      assertEquals(0, ledger.failures());
      assertEquals(3, ledger.versions());
    }
  }

  @Test
  void attempt_killed_isReworkUntilASupervisorSawItsEnd() throws Exception {
    try (Holdfast killed = open(OptionalLong.empty())) {
      steps(killed, 0, 3);
      assertTrue(killed.checkpoint().awaitDurable());
      clock.pass(40); // computing, until a supervisor sees it die at second 75
    }
    forgetEnd();
    clock.pass(25);
    try (Holdfast hf = open(OptionalLong.of(75))) {
      steps(hf, 3, 4);
      assertParts(hf.ledger(), 40, 0, 40, 10, 25);
      assertEquals(1, hf.ledger().failures());
      assertEquals(0, hf.complete().exitCode());
    }
  }

  @Test
  void timeStoodStill_isItsOwnPartAndNoTimeAtRisk() {
    JobClock job = new JobClock(clock, Ledger.begin(FIRST_START_MS));
    clock.pass(5);
    job.startLoop();
    clock.pass(30);
    long awake = job.awakeNs();
    clock.pass(60);
    job.suspended(60 * S);
    assertEquals(awake, job.awakeNs(), "this clock stands still too");
    clock.pass(2);
    job.blocked(2 * S);
    Ledger ledger = job.now();
    assertParts(ledger, 30, 2, 0, 5, 0);
    assertEquals(60 * S, ledger.suspendedNs());
    assertEquals(37, job.past().exposure().atRiskSeconds(), 1e-9);
    assertEquals(37, job.past().exposure().ageSeconds(), 1e-9);
    assertEquals(1 - 30 / 97.0, ledger.waste(), 1e-12);
    Ledger next = ledger.withAttempt(ledger.atEpochMs() + 1000, 0, 1000, 0).wentBackTo(20 * S);
    assertEquals(60 * S, next.withVersion(1, 1).suspendedNs(), "kept over attempts");
  }

  /** Takes the END record away: a run that is killed leaves none. */
  private void forgetEnd() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("store/log"))) {
      Files.delete(files.max(Comparator.naturalOrder()).orElseThrow());
    }
  }

  @Test
  void attempt_thatEndsBeforeItsFirstStep_isRestart() {
    try (Holdfast hf = open(OptionalLong.empty())) {
      hf.cell("x", 1);
      clock.pass(30);
      assertParts(hf.ledger(), 0, 0, 0, 30, 0);
    }
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 0, 1);
      assertParts(hf.ledger(), 10, 0, 0, 35, 0);
    }
  }

  @Test
  void mismatch_atRestart_keepsTheParts() {
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 0, 2);
      assertEquals(0, hf.complete().exitCode());
    }
    try (Holdfast hf = open(OptionalLong.empty())) {
      hf.cell("y", 1);
      clock.pass(3);
      assertThrows(RestoreMismatchException.class, hf::restore);
    }
    try (Holdfast hf = open(OptionalLong.empty())) {
      steps(hf, 2, 3);
      assertParts(hf.ledger(), 30, 0, 0, 13, 0);
    }
  }
}
