// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.holdfast.storage.CrashScenario.Part;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.io.Disk.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;

/** The longer parts of {@link CrashScenario}. */
final class CrashPlays {
  private static final StoreLayout LAYOUT = new StoreLayout(STORE);

  /** An interleaving is tried at this many operations; a commit and an opening have fewer. */
  private static final int OPERATIONS_MAX = 200;

  private CrashPlays() {}

  /** Something that happens on a stage. */
  interface Event {
    void happen(CrashStage stage);
  }

  /** A store with some versions, of which the first two are full; its own names are durable. */
  static Part versions(int count) {
    return stage -> {
      stage.open();
      stage.memory.syncDirectory(STORE);
      stage.commit(count);
    };
  }

  static void twoVersionsWithOutput(CrashStage stage) throws IOException {
    stage.open();
    stage.beginOutput();
    stage.commit(2);
  }

  /** A version of which it is not known whether it is durable. */
  static void failedLogSync(CrashStage stage) {
    stage.faults.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
    assertInstanceOf(CommitResult.Failed.class, stage.tryCommit(false));
    stage.faults.heal();
  }

  static void pin(CrashStage stage, long number) throws IOException {
    stage.memory.createDirectory(LAYOUT.pins(), Access.OWNER);
    String name = StoreLayout.recordName(number).replace(".hf", "");
    stage.memory.create(LAYOUT.pins().resolve(name), Access.OWNER).close();
    stage.memory.syncDirectory(LAYOUT.pins());
    stage.memory.syncDirectory(LAYOUT.root());
  }

  /** Prunes that stop at their k-th step, and those of the next attempt. */
  static void killedPrunes(CrashStage stage) throws IOException {
    for (int k = 1; k < 6; k++) {
      CrashStage run = stage.fresh();
      versions(3).play(run);
      run.explore();
      run.faults.failOnly(EnumSet.of(Op.RENAME, Op.DELETE, Op.SYNC_DIRECTORY), k, Errno.EIO, true);
      run.tryCommit(true);
      run.faults.heal();
      run.openAnother();
      run.commitFull();
    }
  }

  /**
   * An event at every operation of a commit; afterwards the old attempt tries again, and the new
   * one works.
   *
   * @param afterUnknown whether the commit follows one whose outcome is not known
   */
  static void duringCommit(CrashStage stage, boolean afterUnknown, Event event) throws IOException {
    boolean happened = true;
    for (int k = 0; happened && k < OPERATIONS_MAX; k++) {
      CrashStage run = stage.fresh();
      versions(1).play(run);
      if (afterUnknown) {
        failedLogSync(run);
      }
      StoreWriter old = run.writer();
      TestJob itsJob = run.job;
      run.after(k, () -> event.happen(run));
      run.tryCommit(false);
      happened = run.hasHappened();
      run.actAsAnother(old, itsJob, () -> run.tryCommit(false));
      goOn(run, old);
    }
  }

  /** An event, and commits of the old attempt, at every operation of an opening and after it. */
  static void duringOpening(CrashStage stage, Event event, int commits) throws IOException {
    boolean happened = true;
    for (int k = 0; happened && k < OPERATIONS_MAX; k++) {
      CrashStage run = stage.fresh();
      run.options.spare = commits == 1;
      versions(1).play(run);
      StoreWriter old = run.writer();
      TestJob itsJob = run.job;
      Runnable happens =
          () -> {
            event.happen(run);
            for (int i = 0; i < commits; i++) {
              run.actAsAnother(old, itsJob, () -> run.tryCommit(true));
            }
          };
      run.after(k, happens);
      run.openAnother();
      happened = run.hasHappened();
      if (!happened) {
        happens.run();
      }
      goOn(run, old);
    }
  }

  private static void goOn(CrashStage run, StoreWriter old) {
    run.visit("interleaved");
    if (run.writer() != old) {
      run.tryCommit(false);
      run.visit("gone on");
    }
  }

  /** Two families of versions, an END, and what attempts leave behind that are killed. */
  static void restingStore(CrashStage stage) throws IOException {
    versions(4).play(stage);
    stage.commitFull();
    stage.end();
    stage.memory.create(LAYOUT.temporary(9, 1, "1"), Access.OWNER).close();
    stage.memory.create(LAYOUT.gone(2, TestStores.TAKING), Access.OWNER).close();
  }

  /** Every file of a resting store, damaged in every way, and in ways that only one check sees. */
  static void damagedFiles(CrashStage stage) throws IOException {
    for (Path file : stage.memory.files(STORE)) {
      for (Damage damage : Damage.values()) {
        MemoryDisk copy = stage.memory.copy();
        damage.inflict(copy, file);
        boolean silent = damage == Damage.DELETED;
        stage.visitDamaged(copy, silent, damage + " " + file.getFileName());
      }
    }
    for (Forgery forgery : Forgery.values()) {
      MemoryDisk copy = stage.memory.copy();
      forgery.inflict(copy, LAYOUT, stage.oracle.newest());
      stage.visitDamaged(copy, false, "forgery " + forgery);
    }
  }
}
