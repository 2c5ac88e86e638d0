// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a store goes through, as far as one process writes it. (A version of several ranks, partners
 * and drains have no place here: the product has none.) Crashes may happen from the second part on;
 * the first prepares.
 */
enum CrashScenario {
  /** A store is made, and an attempt ends that has made no version. */
  CREATE(
      stage -> {},
      stage -> {
        stage.open();
        stage.end();
      }),

  FIRST_FULL(CrashStage::open, stage -> stage.commit(1)),

  SECOND_FULL(CrashPlays.versions(1), stage -> stage.commit(1)),

  DELTA(CrashPlays.versions(2), stage -> stage.commit(1)),

  EIGHT_DELTAS_AND_A_FULL(
      CrashPlays.versions(2),
      stage -> {
        stage.commit(8);
        stage.commitFull();
      }),

  ZEROS(
      CrashPlays.versions(2),
      stage -> {
        stage.job.add("more zeros", new byte[9000]);
        stage.commit(2);
      }),

  INCOMPRESSIBLE(
      CrashPlays.versions(2),
      stage -> {
        stage.job.addNoise("more noise", 5000);
        stage.commit(2);
      }),

  EMPTY_REGION(
      CrashPlays.versions(2),
      stage -> {
        stage.job.add("nothing", new byte[0]);
        stage.commit(2);
      }),

  THOUSAND_TINY_REGIONS(
      CrashPlays.versions(1),
      stage -> {
        for (int i = 0; i < 1000; i++) {
          stage.job.addNoise("tiny" + i, 8);
        }
        stage.visitWritesOnlyEvery(150);
        stage.commit(1);
      }),

  REGION_RESIZED(
      CrashPlays.versions(2),
      stage -> {
        stage.job.resize("noise", 5000);
        stage.commit(1);
        stage.job.resize("noise", 600);
        stage.commit(1);
      }),

  REGION_ADDED_AND_REMOVED(
      CrashPlays.versions(2),
      stage -> {
        stage.job.addNoise("guest", 100);
        stage.commit(1);
        stage.job.remove("guest");
        stage.commit(1);
      }),

  /** The process dies without a word and is started again. */
  RESTART(
      CrashPlays.versions(3),
      stage -> {
        stage.writer().close();
        stage.open();
        stage.commit(1);
      }),

  RESTART_AFTER_THE_END(
      CrashPlays.versions(2),
      stage -> {
        stage.end();
        stage.open();
        stage.commit(1);
      }),

  NO_SPACE_THEN_RETRY(
      CrashPlays.versions(3),
      stage -> {
        for (Op op : List.of(Op.CREATE, Op.WRITE, Op.LINK)) {
          stage.faults.failOnly(EnumSet.of(op), 0, Errno.ENOSPC, false);
          stage.commit(1);
          stage.faults.failOnly(EnumSet.of(op), 0, Errno.ENOSPC, true);
          assertInstanceOf(CommitResult.Failed.class, stage.tryCommit(false));
          stage.faults.heal();
          stage.commit(1);
        }
      }),

  /** A file sync fails, and the pages are clean afterwards. */
  SYNC_ERROR_THEN_RETRY(
      CrashPlays.versions(2),
      stage -> {
        stage.memory.failSyncs(1);
        stage.commit(1);
        stage.memory.failSyncs(2);
        assertInstanceOf(CommitResult.Failed.class, stage.tryCommit(false));
        stage.commit(1);
      }),

  /** Whether a version is durable is not known; the next one finds its place again. */
  DIRECTORY_SYNC_ERROR_THEN_RETRY(
      CrashPlays.versions(2),
      stage -> {
        CrashPlays.failedLogSync(stage);
        stage.commit(2);
      }),

  TAKE_OVER(
      CrashPlays.versions(2),
      stage -> {
        stage.openAnother();
        stage.commit(2);
      }),

  /** The attempt that was taken over wakes up again. */
  ZOMBIE(
      CrashPlays.versions(2),
      stage -> {
        StoreWriter old = stage.writer();
        TestJob itsJob = stage.job;
        stage.openAnother();
        StoreWriter successor = stage.writer();
        TestJob successorJob = stage.job;
        stage.commit(1);
        stage.actAs(old, itsJob);
        assertInstanceOf(CommitResult.Fenced.class, stage.tryCommit(false));
        stage.actAs(successor, successorJob);
        stage.commit(1);
      }),

  PRUNE(
      CrashPlays.versions(2),
      stage -> {
        for (int i = 0; i < 4; i++) {
          stage.commitFull();
        }
      }),

  /** Nothing stays but the newest version and what it needs. */
  PRUNE_WITHOUT_A_SPARE(
      stage -> {
        stage.options.spare = false;
        CrashPlays.versions(2).play(stage);
      },
      stage -> {
        for (int i = 0; i < 3; i++) {
          stage.commitFull();
        }
      }),

  /** One version is pinned, and one is being read while it is pruned. */
  PRUNE_BESIDE_PIN_AND_READER(
      CrashPlays.versions(3),
      stage -> {
        CrashPlays.pin(stage, 2);
        try (StoredVersion reader =
            StoredVersion.open(stage.memory, new StoreLayout(TestStores.STORE), 3)) {
          for (int i = 0; i < 3; i++) {
            stage.commitFull();
          }
          stage.job.assertMatches(reader);
        }
      }),

  /** A prune that stops half-way is finished by the next attempt's. */
  KILLED_PRUNE(stage -> {}, CrashPlays::killedPrunes),

  OUTPUTS(
      stage -> {
        stage.open();
        stage.beginOutput();
      },
      stage -> stage.commit(3)),

  /** An output file is cut back in place, since no earlier attempt can be writing. */
  OUTPUT_CONTINUED(
      CrashPlays::twoVersionsWithOutput,
      stage -> {
        stage.openAnother();
        stage.resumeOutput(true);
        stage.commit(2);
      }),

  /** It is replaced, since an earlier attempt may be writing still. */
  OUTPUT_REPLACED(
      CrashPlays::twoVersionsWithOutput,
      stage -> {
        stage.openAnother();
        stage.resumeOutput(false);
        stage.commit(2);
      }),

  /** What an output file has lost with a failed sync is in no later version. */
  OUTPUT_SYNC_ERROR(
      CrashPlays::twoVersionsWithOutput,
      stage -> {
        stage.memory.failSyncs(1);
        assertInstanceOf(CommitResult.Failed.class, stage.tryCommit(false));
        assertInstanceOf(CommitResult.Failed.class, stage.tryCommit(false));
        stage.openAnother();
        stage.resumeOutput(false);
        stage.commit(1);
      }),

  /** Another attempt opens at any moment of a commit. */
  TAKEN_OVER_DURING_A_COMMIT(
      stage -> {}, stage -> CrashPlays.duringCommit(stage, false, CrashStage::openAnother)),

  /** The file server loses names at any moment of a commit, and another attempt opens then. */
  SERVER_CRASH_DURING_A_COMMIT(
      stage -> {},
      stage ->
          CrashPlays.duringCommit(
              stage,
              false,
              run -> {
                run.memory.crashUnderItsClients();
                run.openAnother();
              })),

  /** The same after a version whose fate is not known. */
  SERVER_CRASH_AFTER_A_DIRECTORY_SYNC_ERROR(
      stage -> {},
      stage ->
          CrashPlays.duringCommit(
              stage,
              true,
              run -> {
                run.memory.crashUnderItsClients();
                run.openAnother();
                run.tryCommit(true);
              })),

  /** The file server loses names at any moment of an opening, while the old attempt goes on. */
  SERVER_CRASH_DURING_AN_OPENING(
      stage -> {},
      stage -> CrashPlays.duringOpening(stage, run -> run.memory.crashUnderItsClients(), 1)),

  /** The old attempt makes and prunes versions at any moment of an opening. */
  COMMITS_DURING_AN_OPENING(stage -> {}, stage -> CrashPlays.duringOpening(stage, run -> {}, 3)),

  /** One file of each kind is damaged in each way, and the store is opened again. */
  DAMAGED_FILE(CrashPlays::restingStore, CrashPlays::damagedFiles);

  /** A part of a scenario. */
  interface Part {
    void play(CrashStage stage) throws IOException;
  }

  @SuppressWarnings("ImmutableEnumChecker") // a function
  private final Part prepare;

  @SuppressWarnings("ImmutableEnumChecker") // a function
  private final Part play;

  CrashScenario(Part prepare, Part play) {
    this.prepare = prepare;
    this.play = play;
  }

  private void play(CrashStage stage) throws IOException {
    prepare.play(stage);
    stage.explore();
    play.play(stage);
  }

  /**
   * Plays it and visits the disks that crashes may leave.
   *
   * @param mutant what comes between each writer and the disk
   * @param limit about how many crashes are looked at after each operation
   * @return how many distinct disks were visited
   */
  int explore(UnaryOperator<Disk> mutant, long seed, int limit) {
    CrashExplorer explorer = new CrashExplorer(name(), seed, limit);
    try {
      play(new CrashStage(explorer, mutant));
    } catch (AssertionError | RuntimeException | IOException e) {
      throw explorer.violation("what the scenario expects", "none", e);
    }
    return explorer.states();
  }
}
