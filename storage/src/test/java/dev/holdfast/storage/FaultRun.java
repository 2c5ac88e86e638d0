// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.CommitResult.Failed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario under a fault, and what must hold afterwards: the failure is typed and in
 * words; nothing acknowledged is lost, whatever a crash at that moment takes away; the next version
 * holds every byte; and nothing is left lying about.
 */
final class FaultRun {
  private static final Path OUTPUT = MemoryDisk.ROOT.resolve("probe.csv");
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  /** What is under way when the fault strikes. */
  enum Scenario {
    /** A version that stores what has changed. */
    DELTA,
    /** A version that stores everything. */
    FULL,
    /** A version that lets a whole family of older ones go. */
    PRUNE,
    /** A version that an output file belongs to. */
    OUTPUTS,
    /** A version after one of which it is not known whether it is durable. */
    OPEN_AGAIN,
    /** The end of an attempt. */
    END,
    /** The making of a store. */
    MAKE,
    /** The start after a power loss: sweeping, finding the newest version and reading it. */
    RECOVER
  }

  private final Scenario scenario;
  private final String how;
  private final TestJob job;
  private final Random random;
  private final MemoryDisk memory;
  private final FaultyDisk disk;
  private final StringBuilder lines = new StringBuilder();
  private UnaryOperator<Draft> spoil = UnaryOperator.identity();
  private @Nullable StoreWriter writer;
  private @Nullable OutputFile output;
  private @Nullable Committed acknowledged;
  private int crashStates;

  /**
   * @param how what is done to it, for messages
   */
  FaultRun(Scenario scenario, long seed, String how) {
    this.scenario = scenario;
    this.how = scenario + ", " + how + ", seed " + seed;
    this.job = new TestJob(seed, scenario == Scenario.DELTA ? 16 : 4, false);
    this.random = new Random(seed);
    this.memory = scenario == Scenario.RECOVER ? afterPowerLoss() : new MemoryDisk();
    this.disk = new FaultyDisk(memory);
  }

  FaultyDisk disk() {
    return disk;
  }

  /** States after a crash that were looked at. */
  int crashStates() {
    return crashStates;
  }

  /** From now on versions are made of what this makes of them. */
  void spoil(UnaryOperator<Draft> how) {
    spoil = how;
  }

  /** Brings everything to the moment before the fault; the disk is sound. */
  void prepare() {
    if (scenario == Scenario.MAKE || scenario == Scenario.RECOVER) {
      return;
    }
    writer = TestStores.open(disk);
    if (scenario == Scenario.OUTPUTS) {
      output = OutputFile.begin(disk, OUTPUT);
    }
    advanceAndCommit(false, 4);
    if (scenario == Scenario.PRUNE) {
      advanceAndCommit(true, 1);
    }
    if (scenario == Scenario.OPEN_AGAIN) {
      disk.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      job.advance();
      assertInstanceOf(Failed.class, commit(false), how);
      disk.heal();
    }
  }

  private void advanceAndCommit(boolean full, int count) {
    for (int i = 0; i < count; i++) {
      append();
      job.advance();
      acknowledged = committed(commit(full));
    }
  }

  /** A store that lost its power in the middle of a version and of a prune. */
  private MemoryDisk afterPowerLoss() {
    MemoryDisk before = new MemoryDisk();
    try (StoreWriter first = TestStores.open(before)) {
      for (int i = 0; i < 4; i++) {
        job.advance();
        acknowledged = committed(job.commit(first, false));
      }
      before.create(LAYOUT.temporary(6, 1, "5"), Access.OWNER).close();
      String signpost = StoreLayout.signpostTemporary(Id128.random());
      before.create(STORE.resolve(signpost), Access.OWNER).close();
      before.rename(LAYOUT.record(2), LAYOUT.gone(2, TestStores.TAKING));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return before.copy();
  }

  private StoreWriter writer() {
    if (writer == null) {
      throw new AssertionError(how + ": no writer");
    }
    return writer;
  }

  private CommitResult commit(boolean full) {
    OutputFile file = output;
    List<OutputFile.Mark> marks = file == null ? List.of() : List.of(file.mark("probe.csv"));
    CommitResult result = writer().commit(spoil.apply(job.draft(full, marks)));
    if (result instanceof Committed) {
      job.paid();
    }
    writer().tidy();
    return result;
  }

  private void append() {
    if (output != null) {
      String line = "line " + lines.length() + "\n";
      output.append(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      lines.append(line);
    }
  }

  /** Does what the scenario is about, while the disk fails. */
  void strike() {
    switch (scenario) {
      case DELTA, OPEN_AGAIN -> judge(advancedAndCommitted(false));
      case FULL, PRUNE -> judge(advancedAndCommitted(true));
      case OUTPUTS -> {
        try {
          append();
        } catch (StoreException e) {
          assertInWords(e.getMessage());
        } catch (OutOfMemoryError e) {
          assertTrue(disk.met(), how);
        }
        judge(advancedAndCommitted(false));
      }
      case END -> end();
      case MAKE, RECOVER -> open();
    }
  }

  private void end() {
    try {
      writer().end(TestStores.ended(EndCause.STOPPED));
    } catch (OutOfMemoryError e) {
      assertTrue(disk.met(), how);
    }
  }

  private CommitResult advancedAndCommitted(boolean full) {
    job.advance();
    return commit(full);
  }

  private void judge(CommitResult result) {
    switch (result) {
      case Committed made -> acknowledged = made;
      case Failed failed -> assertInWords(failed.message());
      case CommitResult.Fenced fenced -> fail(how + ": " + fenced);
    }
  }

  private void assertInWords(String message) {
    assertFalse(message.isBlank() || message.contains("Exception"), how + ": " + message);
  }

  private void open() {
    StoreWriter opened = null;
    try {
      opened = TestStores.open(disk);
      boolean newest = true;
      try (StoredVersion version = opened.newest().orElse(null)) {
        if (version != null) {
          job.assertMatches(version);
          newest = version.number() == number(acknowledged);
          assertTrue(newest || !opened.rejections().isEmpty(), how + ": passed over in silence");
        } else {
          newest = acknowledged == null;
        }
        if (newest && version != null) {
          job.restore(version);
          opened.resume(version);
        }
      }
      if (newest) {
        writer = opened;
      } else {
        opened.close();
      }
    } catch (StoreException e) {
      assertInWords(e.getMessage());
      closeIfOpen(opened);
    } catch (OutOfMemoryError e) {
      assertTrue(disk.met(), how);
      closeIfOpen(opened);
    }
  }

  private static void closeIfOpen(@Nullable StoreWriter opened) {
    if (opened != null) {
      opened.close();
    }
  }

  private static long number(@Nullable Committed version) {
    return version == null ? 0 : version.number();
  }

  /**
   * The disk works again: judges what is there, goes on, and judges it again.
   *
   * @param mayLeaveDebris whether the fault may have kept hidden files from being deleted
   */
  void recover(boolean mayLeaveDebris) {
    disk.heal();
    spoil = UnaryOperator.identity();
    if (!mayLeaveDebris && scenario != Scenario.RECOVER) {
      assertEquals(List.of(), leftovers(".tmp"), how);
    }
    assertSurvivesCrashes();
    if (writer != null && scenario != Scenario.END) {
      goOn();
      assertSurvivesCrashes();
    }
    closeIfOpen(writer);
    begin();
  }

  private void goOn() {
    append();
    job.advance();
    CommitResult next = commit(false);
    if (output != null && next instanceof Failed failed) {
      assertTrue(failed.message().contains("until the job is restarted"), failed.message());
      return;
    }
    acknowledged = assertInstanceOf(Committed.class, next, how + ": " + next);
    if (scenario == Scenario.DELTA) {
      assertFalse(
          acknowledged.full(), "a delta shows whether the failed version's blocks are owed");
    }
  }

  /** The next attempt: it goes on from the newest version, and sweeps. */
  private void begin() {
    try (StoreWriter next = TestStores.open(memory)) {
      try (StoredVersion version = next.newest().orElse(null)) {
        assertNewest(memory, next, version);
        if (version != null) {
          job.restore(version);
          next.resume(version);
        }
      }
      job.advance();
      acknowledged = committed(job.commit(next, false));
    }
    // An opener that failed may have used the number that this attempt has: the next one sweeps.
    TestStores.open(memory).close();
    assertEquals(List.of(), leftovers(".tmp", ".gone", ".resumed"), how);
    VerifyReport report = Verifier.verify(STORE, memory);
    assertEquals(List.of(), report.findings(), how);
    assertEquals(report.versions(), report.usable(), how + ": " + report);
  }

  private List<String> leftovers(String... endings) {
    return memory.files(MemoryDisk.ROOT).stream()
        .map(Path::toString)
        .filter(name -> Stream.of(endings).anyMatch(name::endsWith))
        .toList();
  }

  /** The power goes now: whatever was not durable is gone, or some of it. */
  private void assertSurvivesCrashes() {
    List<BooleanSupplier> coins = List.of(() -> false, random::nextBoolean);
    for (BooleanSupplier keep : coins) {
      crashStates++;
      MemoryDisk after = memory.afterCrash(keep);
      try (StoreWriter next = StoreWriter.open(STORE, TestStores.takingOver(after));
          StoredVersion version = next.newest().orElse(null)) {
        assertNewest(after, next, version);
      }
      VerifyReport report = Verifier.verify(STORE, after);
      assertEquals(report.versions(), report.usable(), how + ": " + report);
      assertEquals(List.of(), acknowledgedOnly(report.findings()), how);
    }
  }

  /**
   * Two names in a row that were not durable may be lost as they please. The verifier cannot know
   * that the lower one was never acknowledged.
   */
  private List<VerifyReport.Finding> acknowledgedOnly(List<VerifyReport.Finding> findings) {
    String lost = LAYOUT.record(number(acknowledged) + 1).toString();
    return findings.stream()
        .filter(f -> !(f.file().equals(lost) && f.what().startsWith("is missing")))
        .toList();
  }

  private void assertNewest(MemoryDisk on, StoreWriter opened, @Nullable StoredVersion version) {
    assertEquals(List.of(), opened.rejections(), how);
    if (version == null) {
      assertEquals(0, number(acknowledged), how + ": lost");
      return;
    }
    assertTrue(version.number() >= number(acknowledged), how + ": lost");
    job.assertMatches(version);
    for (OutputMark mark : version.info().outputs()) {
      OutputFile.verify(on, OUTPUT, mark);
      String known = new String(on.bytes(OUTPUT), 0, (int) mark.bytes(), StandardCharsets.UTF_8);
      assertEquals(lines.substring(0, (int) mark.bytes()), known, how);
    }
  }
}
