// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario plays on: a disk, a job and its writer, and beside them the oracle, that is told
 * what they are told. While the stage is explored every operation that changes the disk is a moment
 * of a crash.
 */
final class CrashStage {
  final MemoryDisk memory = new MemoryDisk();

  /** Between the writer and the disk, for errors that are no crash. */
  final FaultyDisk faults;

  final TestStores.Options options = new TestStores.Options();
  final CrashOracle oracle;
  TestJob job = new TestJob(17, 1, false);

  private final CrashExplorer explorer;
  private final UnaryOperator<Disk> mutant;
  private @Nullable StoreWriter writer;

  /** What each attempt has found, or has made since. */
  private final Map<StoreWriter, Long> newestKnown = new HashMap<>();

  private @Nullable OutputFile output;
  private final StringBuilder written = new StringBuilder();
  private boolean exploring;
  private int writesPerVisit = 1;
  private int writes;
  private int untilAction = -1;
  private Runnable action = () -> {};

  /**
   * @param mutant what comes between each writer and the disk; nothing for the protocol as it is
   */
  CrashStage(CrashExplorer explorer, UnaryOperator<Disk> mutant) {
    this.explorer = explorer;
    this.mutant = mutant;
    this.oracle = new CrashOracle(job);
    this.faults = new FaultyDisk(new WatchedDisk(memory, this::after));
    options.breakLock = true;
  }

  /** A stage of its own for one run out of many, in the same exploration. */
  CrashStage fresh() {
    return new CrashStage(explorer, mutant);
  }

  private void after(String operation, boolean changes) {
    boolean passedOver = operation.startsWith("write") && ++writes % writesPerVisit != 0;
    if (exploring && changes && !passedOver) {
      explorer.visit(memory, oracle, operation);
    }
    if (untilAction >= 0 && untilAction-- == 0) {
      action.run();
    }
  }

  /** From now on crashes may happen. */
  void explore() {
    exploring = true;
  }

  /** Of the writes, only every so many is a moment of a crash. */
  void visitWritesOnlyEvery(int count) {
    writesPerVisit = count;
  }

  /** Crashes that may happen now. */
  void visit(String moment) {
    explorer.visit(memory, oracle, moment);
  }

  /** Something happens after the k-th operation from now, counted from 0. */
  void after(int k, Runnable happens) {
    untilAction = k;
    action = happens;
  }

  /** Whether what was to happen has happened. */
  boolean hasHappened() {
    boolean happened = untilAction < 0;
    untilAction = -1;
    return happened;
  }

  StoreWriter writer() {
    if (writer == null) {
      throw new IllegalStateException("the scenario opens the store first");
    }
    return writer;
  }

  /** A process acts that was there before. */
  void actAs(StoreWriter other, TestJob itsJob) {
    writer = other;
    job = itsJob;
  }

  /** Another process acts, and then the present one again. */
  void actAsAnother(StoreWriter other, TestJob itsJob, Runnable acts) {
    StoreWriter present = writer;
    TestJob presentJob = job;
    actAs(other, itsJob);
    acts.run();
    writer = present;
    job = presentJob;
  }

  /** Takes the store over; whatever was acknowledged before must be in the history (the fence). */
  void open() {
    StoreWriter opened = StoreWriter.open(STORE, options.on(mutant.apply(faults)));
    Optional<StoredVersion> newest = opened.newest();
    newestKnown.put(opened, newest.map(StoredVersion::number).orElse(0L));
    writer = opened;
    try {
      oracle.accept(newest, opened.rejections(), memory);
      newest.ifPresent(version -> {
        job.restore(version);
        opened.resume(version);
      });
    } finally {
      newest.ifPresent(StoredVersion::close);
    }
  }

  /** A new process takes the store over, where that works. */
  void openAnother() {
    job = job.successor();
    try {
      open();
    } catch (StoreException e) {
      // An attempt that does not get the store promises nothing.
    }
  }

  /** One version after another, and each must be acknowledged. */
  void commit(int versions) {
    for (int i = 0; i < versions; i++) {
      Object result = tryCommit(false);
      assertInstanceOf(Committed.class, result, result.toString());
    }
  }

  void commitFull() {
    Object result = tryCommit(true);
    assertInstanceOf(Committed.class, result, result.toString());
  }

  /** Commits; what is acknowledged is known to the oracle from that moment on. */
  CommitResult tryCommit(boolean full) {
    StoreWriter by = writer();
    TestJob its = job;
    its.advance();
    CommitResult result = its.commitUntidied(by, full, marks());
    if (result instanceof Committed committed) {
      assertFenced(by, committed.number());
      oracle.acknowledged(committed.number(), its.step());
      if (exploring) {
        visit("acknowledged");
      }
    }
    by.tidy();
    return result;
  }

  /**
   * The history is one line: a version that is acknowledged follows the newest acknowledged one
   * below it, and every later attempt has found it.
   */
  private void assertFenced(StoreWriter by, long number) {
    long known = newestKnown.getOrDefault(by, 0L);
    assertTrue(
        oracle.newest() <= known || oracle.newest() > number,
        () -> "fence: version " + number + " does not follow version " + oracle.newest());
    newestKnown.forEach((other, found) ->
        assertTrue(
            other.attempt() <= by.attempt() || found >= number,
            () ->
                "fence: version "
                    + number
                    + " is acknowledged, and attempt "
                    + other.attempt()
                    + " has opened without it"));
    newestKnown.put(by, number);
  }

  private List<OutputFile.Mark> marks() {
    if (output == null) {
      return List.of();
    }
    String line = "step " + job.step() + "\n";
    output.append(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    written.append(line);
    oracle.wrote(job.step(), written.toString().getBytes(StandardCharsets.US_ASCII));
    return List.of(output.mark("out.txt"));
  }

  /** The job begins an output file in a directory of its own. */
  void beginOutput() throws IOException {
    memory.createDirectory(CrashOracle.OUTPUTS, Disk.Access.OWNER);
    memory.syncDirectory(MemoryDisk.ROOT);
    output = OutputFile.begin(mutant.apply(faults), CrashOracle.OUTPUT);
  }

  /** The job goes on with its output file as the newest version knows it. */
  void resumeOutput(boolean inPlace) {
    try (StoredVersion version = writer().newest().orElseThrow()) {
      var mark = version.info().outputs().getFirst();
      output = OutputFile.resume(mutant.apply(faults), CrashOracle.OUTPUT, mark, inPlace);
      written.setLength((int) mark.bytes());
    }
  }

  /** The attempt ends in good order. */
  void end() {
    assertTrue(writer().end(TestStores.ended(EndCause.STOPPED)));
    writer().close();
  }

  /** The stage after a file has been damaged while nobody was writing. */
  void visitDamaged(MemoryDisk disk, boolean mayBeSilent, String damage) {
    CrashOracle expecting = oracle.fork(job.fork());
    expecting.expectDamage(mayBeSilent);
    explorer.visit(disk, expecting, damage);
  }
}
