// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.FileSession.Progress;
import dev.holdfast.FileSession.Progress.State;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program's restart files become, seen from its supervisor; on a clock that is moved. */
final class FileSessionTest {
  @TempDir private Path folder;
  private FileJob job;

  @BeforeEach
  void begin() {
    job = new FileJob(folder);
  }

  /** Names and contents of the files in the newest version. */
  private Map<String, String> newest() {
    Store store = Store.open(job.store(), Disk.local());
    try (StoredVersion version = store.newest().orElseThrow()) {
      return version.info().regions().stream()
          .collect(
              Collectors.toMap(
                  RegionSchema::name,
                  region -> FileJob.text(version, version.regionNamed(region.name()))));
    }
  }

  // Which files are whole
  // --------------------------------------------------------------------------

  @Test
  void file_changedLately_isNotCommittedYet() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "one");
      job.look(session);
      job.time.move(FileJob.SETTLE.minusMillis(500));
      job.write("chk", "two");
      assertEquals(State.SETTLING, job.look(session).state());
      job.time.move(FileJob.SETTLE.minusMillis(500));
      Progress early = job.look(session);
      assertEquals(0, early.version(), early::obstacle);
      assertTrue(early.obstacle().contains("chk has changed lately"), early::obstacle);
      job.time.move(Duration.ofSeconds(1));
      assertEquals(2, job.look(session).version());
      assertEquals(Map.of("chk", "two"), newest());
    }
  }

  @Test
  void otherFile_beingWritten_holdsUpTheSet() throws IOException {
    try (FileSession session = job.start(job.files("chk.*"))) {
      job.write("chk.0", "zero");
      job.write("chk.1", "one");
      job.settle(session);
      for (int i = 0; i < 5; i++) {
        job.write("chk.0", "zero, later");
        job.look(session);
        job.time.move(FileJob.SETTLE.minusSeconds(1));
        job.write("chk.1", "one, round " + i);
        assertEquals(2, job.look(session).version(), "a version of two states");
        job.time.move(FileJob.SETTLE.minusSeconds(1));
      }
      assertEquals(3, job.settle(session).version());
      assertEquals(Map.of("chk.0", "zero, later", "chk.1", "one, round 4"), newest());
    }
  }

  @Test
  void severalPatterns_oneWithoutFile_nothingIsCommitted() throws IOException {
    try (FileSession session = job.start(job.files("field*.bin", "rng"))) {
      job.write("field1.bin", "f");
      Progress before = job.settle(session);
      assertEquals(0, before.version());
      assertEquals("no file matches rng", before.obstacle());
      job.write("rng", "r");
      assertEquals(2, job.settle(session).version());
      assertEquals(Map.of("field1.bin", "f", "rng", "r"), newest());
    }
  }

  @Test
  void numberedFiles_eachNewOne_isAVersionWithAllThatAreThere() throws IOException {
    try (FileSession session = job.start(job.files("out/chk[0-9][0-9]"))) {
      for (int i = 1; i <= 4; i++) {
        job.write("out/chk0" + i, "state " + i);
        Files.deleteIfExists(folder.resolve("out/chk0" + (i - 2)));
        assertEquals(1 + i, job.settle(session).version());
      }
      assertEquals(Map.of("out/chk03", "state 3", "out/chk04", "state 4"), newest());
    }
  }

  @Test
  void alternatingFiles_everyWrite_isAVersionOfBoth() throws IOException {
    try (FileSession session = job.start(job.files("chk_?"))) {
      job.write("chk_a", "1");
      job.settle(session);
      job.write("chk_b", "2");
      job.settle(session);
      assertEquals(Map.of("chk_a", "1", "chk_b", "2"), newest());
      job.write("chk_a", "3");
      assertEquals(4, job.settle(session).version());
      assertEquals(Map.of("chk_a", "3", "chk_b", "2"), newest());
    }
  }

  @Test
  void latest_holdsTheNewestOnly_andLeavesOutWhatIsBeingWritten() throws IOException {
    RestartFiles files = new RestartFiles(folder, List.of("c*"), List.of(), 2, FileJob.SETTLE);
    try (FileSession session = job.start(files)) {
      for (int i = 1; i <= 3; i++) {
        Path file = job.write("c" + i, "s" + i);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000 + i)));
      }
      job.look(session);
      job.time.move(FileJob.SETTLE);
      job.write("c4", "to");
      assertEquals(2, job.look(session).version());
      assertEquals(Map.of("c2", "s2", "c3", "s3"), newest());
    }
  }

  @Test
  void marker_missingOrOlder_fileIsNotTaken() throws IOException {
    try (FileSession session = job.start(job.marked("chk*.h5", "chk*.ok"))) {
      Path file = job.write("chk1.h5", "one");
      assertEquals("chk1.h5 has no marker chk*.ok yet", lackingFirst(session));
      Path marker = job.write("chk1.ok", "");
      Files.setLastModifiedTime(marker, FileTime.from(modified(file).minusMillis(1)));
      assertEquals(0, job.settle(session).version());
      Files.setLastModifiedTime(marker, FileTime.from(modified(file)));
      job.time.move(Duration.ofSeconds(1));
      assertEquals(2, job.look(session).version(), "a marked file need not settle");
      assertEquals(Map.of("chk1.h5", "one", "chk1.ok", ""), newest());
    }
  }

  private String lackingFirst(FileSession session) {
    Progress progress = job.settle(session);
    assertEquals(0, progress.version());
    assertEquals("no file of chk*.h5 is whole yet", progress.obstacle());
    return "chk1.h5 has no marker chk*.ok yet";
  }

  private static Instant modified(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toInstant();
  }

  @Test
  void markedFile_writtenOver_holdsUpTheOthersUntilItsMarkerIsNewer() throws IOException {
    try (FileSession session = job.start(job.marked("r*", "r*.ok"))) {
      job.write("r0", "a0");
      job.write("r0.ok", "");
      job.write("r1", "a1");
      job.write("r1.ok", "");
      job.settle(session);
      assertEquals(List.of(2L), job.versions());
      job.write("r0", "b0");
      job.write("r0.ok", "");
      Path torn = job.write("r1", "b");
      later(torn, "r1.ok");
      assertEquals(2, job.settle(session).version());
      job.write("r1", "b1");
      job.write("r1.ok", "");
      assertEquals(3, job.settle(session).version());
      assertEquals(Map.of("r0", "b0", "r0.ok", "", "r1", "b1", "r1.ok", ""), newest());
    }
  }

  /** Coarse clocks must not make a file as old as its marker. */
  private void later(Path file, String than) throws IOException {
    Instant marker = modified(folder.resolve(than));
    Files.setLastModifiedTime(file, FileTime.from(marker.plusMillis(5)));
  }

  @Test
  void oneMarkerForAllRanks_pairsByTheFirstWildcard() throws IOException {
    RestartFiles files =
        new RestartFiles(folder, List.of("chk*.rank*"), List.of("chk*.ok"), 1, FileJob.SETTLE);
    try (FileSession session = job.start(files)) {
      for (int step = 1; step <= 2; step++) {
        job.write("chk" + step + ".rank0", step + "/0");
        job.write("chk" + step + ".rank1", step + "/1");
        job.write("chk" + step + ".ok", "");
      }
      job.write("chk3.rank0", "torn");
      assertEquals(2, job.settle(session).version());
      assertEquals(Map.of("chk2.rank0", "2/0", "chk2.rank1", "2/1", "chk2.ok", ""), newest());
    }
  }

  @Test
  void rankNewerThanItsMarker_holdsBackTheOtherRanksOfThatMarker() throws IOException {
    try (FileSession session = job.start(job.marked("chk*.rank*", "chk*.ok"))) {
      job.write("chk1.rank0", "1/0");
      job.write("chk1.rank1", "1/1");
      job.write("chk1.ok", "");
      assertEquals(2, job.settle(session).version());
      job.write("chk2.rank0", "2/0");
      job.write("chk2.ok", "");
      later(job.write("chk2.rank1", "2/1"), "chk2.ok");
      assertEquals(2, job.settle(session).version(), "one rank of two");
      later(folder.resolve("chk2.ok"), "chk2.rank1");
      assertEquals(3, job.settle(session).version());
      assertEquals(6, newest().size());
    }
  }

  @Test
  void programThatAnswers_betweenTwoFiles_holdsUpTheSetUntilTheFlagIsGone() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk.?"))) {
      for (int i = 0; i < 2; i++) {
        job.time.move(Duration.ofMinutes(10));
        assertEquals(State.DUE, session.look().state());
        job.write("chk.0", "0 of round " + i);
        if (i > 0) { // it is known to answer
          Progress between = job.settle(session);
          assertEquals(2, between.version());
          assertEquals("the program has not taken the flag away yet", between.obstacle());
        }
        job.write("chk.1", "1 of round " + i);
        Files.delete(job.due());
        session.look();
        assertEquals(2 + i, job.settle(session).version());
      }
    }
  }

  @Test
  void programThatHasStoppedToAnswer_isCommittedAllTheSame() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk"))) {
      job.time.move(Duration.ofMinutes(10));
      session.look();
      job.write("chk", "asked");
      Files.delete(job.due());
      session.look();
      assertEquals(2, job.settle(session).version());
      job.time.move(Duration.ofMinutes(10));
      session.look();
      job.write("chk", "flag forgotten");
      job.look(session);
      job.time.move(FileJob.SETTLE.multipliedBy(6));
      assertEquals(3, job.look(session).version());
    }
  }

  @Test
  void sameBytesWrittenAgain_areNoVersion_andNoNewsAnyMore() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "one");
      assertEquals(2, job.settle(session).version());
      Files.delete(folder.resolve("chk"));
      job.write("chk", "one");
      session.checkpointNow();
      Progress again = job.settle(session);
      assertEquals(2, again.version());
      assertEquals("", again.obstacle());
      assertEquals(List.of(2L), job.versions());
      job.write("chk", "two");
      assertEquals(3, job.settle(session).version());
      assertEquals(Map.of("chk", "two"), newest());
    }
  }

  // What a version stores
  // --------------------------------------------------------------------------

  @Test
  void secondVersion_storesChangedBlocksOnly() throws IOException {
    byte[] content = new byte[16 << 20];
    new Random(7).nextBytes(content);
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", content);
      job.settle(session); // the first two are full
      content[1] ^= 1;
      job.write("chk", content);
      job.settle(session);
      content[5 << 20] ^= 1;
      job.write("chk", content);
      assertEquals(4, job.settle(session).version());
    }
    assertTrue(job.fileBytes(2) > content.length);
    assertTrue(job.fileBytes(4) < 200_000, () -> job.fileBytes(4) + " bytes for one block");
    assertEquals(-1, job.mismatchOfNewest("chk", content));
  }

  @Test
  void versionAfterARestart_storesChangedBlocksOnly() throws IOException {
    byte[] content = new byte[4 << 20];
    new Random(8).nextBytes(content);
    try (FileSession session = job.start(job.files("chk"))) {
      for (int i = 0; i < 2; i++) {
        content[i]++;
        job.write("chk", content);
        job.settle(session);
      }
      session.end(EndCause.STOPPED, "");
    }
    try (FileSession session = job.start(job.files("chk"))) {
      content[1 << 20] ^= 1;
      job.write("chk", content);
      long version = job.settle(session).version();
      assertTrue(job.fileBytes(version) < 200_000);
      assertEquals(-1, job.mismatchOfNewest("chk", content));
    }
  }

  @Test
  void fileThatGrowsAndShrinks_isStoredAsItIs() throws IOException {
    Random random = new Random(9);
    try (FileSession session = job.start(job.files("chk"))) {
      for (int size : new int[] {0, 1, 70_000, 65_536, 131_072, 65_537, 3}) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        job.write("chk", content);
        long before = session.look().version();
        assertEquals(before == 0 ? 2 : before + 1, job.settle(session).version());
        assertEquals(-1, job.mismatchOfNewest("chk", content), "size " + size);
      }
    }
  }

  // The flag and the cost
  // --------------------------------------------------------------------------

  @Test
  void flag_whenDue_isRaisedAndAnswered() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk"))) {
      assertEquals(State.COMPUTING, session.look().state());
      job.time.move(Duration.ofMinutes(10));
      assertEquals(State.DUE, session.look().state());
      assertTrue(Files.exists(job.due()));
      job.write("chk", "x");
      Files.delete(job.due());
      assertTrue(session.look().answers());
      assertEquals(2, job.settle(session).version());
      assertFalse(Files.exists(job.due()));
      job.time.move(Duration.ofMinutes(10));
      assertEquals(State.DUE, session.look().state());
    }
  }

  @Test
  void protocol_renamedFlag_tellsTheCostExactly() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk"))) {
      job.time.move(Duration.ofMinutes(10));
      session.look();
      Path writing = job.due().resolveSibling("writing");
      Path written = job.due().resolveSibling("written");
      Instant begin = Instant.now().minusSeconds(90);
      Files.setLastModifiedTime(job.due(), FileTime.from(begin));
      Files.move(job.due(), writing);
      job.write("chk", "x");
      assertEquals(State.WRITING, session.look().state());
      job.time.move(FileJob.SETTLE);
      assertEquals(0, job.look(session).version(), "the program has not said that it is whole");
      Files.move(writing, written);
      FileTime end = (FileTime) Files.getAttribute(written, "unix:ctime");
      session.look();
      assertFalse(Files.exists(written));
      long exactNs = Duration.between(begin, end.toInstant()).toNanos();
      long learntNs = session.metrics().blockedNs().getMaxValue();
      assertEquals(1, (double) learntNs / exactNs, 0.01); // two digits are kept
      assertEquals(exactNs / 10_000_000, session.ledger().checkpointNs() / 10_000_000);
      assertEquals(2, job.settle(session).version());
    }
  }

  @Test
  void protocol_renamedFlag_needsNoTimeToSettle() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk*"))) {
      job.time.move(Duration.ofMinutes(10));
      session.look();
      Path writing = job.due().resolveSibling("writing");
      Files.move(job.due(), writing);
      Path one = job.write("chk1", "one");
      Path two = job.write("chk2", "two");
      Files.move(writing, job.due().resolveSibling("written"));
      job.time.move(Duration.ofSeconds(1));
      assertEquals(2, job.look(session).version());
      Files.setLastModifiedTime(one, FileTime.from(Instant.now().plusMillis(200)));
      job.time.move(Duration.ofSeconds(1));
      assertEquals(2, job.look(session).version(), "what was written since was not told of");
      assertEquals("two", Files.readString(two));
    }
  }

  @Test
  void flag_afterARestart_isRaisedWhenDue_notOnlyWhenFilesPutBackHaveSettled() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "2s");
    RestartFiles latest =
        new RestartFiles(job.folder, List.of("chk*"), List.of(), 1, FileJob.SETTLE);
    try (FileSession first = job.start(latest)) {
      job.write("chk1", "one");
      job.settle(first);
      Files.setLastModifiedTime(
          job.write("chk2", "two"), FileTime.from(Instant.now().plusMillis(50)));
      assertEquals(3, job.settle(first).version());
    }
    try (FileSession second = job.start(latest)) {
      job.time.move(Duration.ofMillis(2500));
      assertEquals(State.DUE, job.look(second).state());
    }
  }

  @Test
  void adaptiveInterval_afterACostlyCheckpoint_isLonger() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "daly");
    job.environment.put("HOLDFAST_MTTF", "24h");
    try (FileSession session = job.start(job.files("chk"))) {
      Duration before = session.interval();
      Path written = job.due().resolveSibling("written");
      Files.createFile(written);
      Files.setLastModifiedTime(written, FileTime.from(Instant.now().minusSeconds(300)));
      session.look();
      assertTrue(session.interval().compareTo(before.multipliedBy(10)) > 0);
      assertTrue(session.interval().toMinutes() >= 100, session.interval()::toString);
    }
  }

  @Test
  void programThatNeverAsks_writesAnyway_takesTheFlagDown() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk"))) {
      job.time.move(Duration.ofMinutes(10));
      session.look();
      assertTrue(Files.exists(job.due()));
      job.write("chk", "x");
      job.settle(session);
      job.time.move(Duration.ofSeconds(5));
      Progress progress = job.look(session);
      assertEquals(2, progress.version());
      assertFalse(progress.answers());
      assertFalse(Files.exists(job.due()));
    }
  }

  @Test
  void checkpointNow_raisesTheFlagAtOnce_andStopsWantingWhenItIsDurable() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      session.checkpointNow();
      assertEquals(State.DUE, session.look().state());
      job.write("chk", "x");
      Files.delete(job.due());
      session.look();
      assertFalse(Files.exists(job.due()), "the file just written would be written over");
      assertEquals(2, job.settle(session).version());
      job.time.move(Duration.ofSeconds(30));
      assertEquals(State.COMPUTING, job.look(session).state());
      assertFalse(Files.exists(job.due()));
    }
  }

  @Test
  void interval_beforeTheStart_isTheOneThatIsPlannedThen() {
    job.environment.put("HOLDFAST_POLICY", "daly");
    try (FileSession session = job.open(job.files("chk"))) {
      session.restore();
      String told = String.valueOf(session.environment().get("HOLDFAST_INTERVAL_S"));
      session.started();
      assertEquals(told, session.environment().get("HOLDFAST_INTERVAL_S"));
      assertTrue(Long.parseLong(told) > 60, told);
    }
  }

  @Test
  void environment_tellsFlagFolderAndAttempt() {
    try (FileSession session = job.start(job.files("chk"))) {
      Map<String, String> environment = session.environment();
      assertEquals(job.due().toString(), environment.get("HOLDFAST_DUE"));
      assertEquals(job.due().resolveSibling("").toString(), environment.get("HOLDFAST_DIR"));
      assertEquals("3600", environment.get("HOLDFAST_INTERVAL_S"));
      assertEquals("", environment.get("HOLDFAST_RESTART"));
      assertEquals("1", environment.get("HOLDFAST_ATTEMPT"));
      assertEquals(
          List.of(), Settings.unknown(environment, new java.util.Properties()), "told to a child");
    }
  }

  // Ledger
  // -----------------------------------------------------------------------------------------

  @Test
  void version_holdsTheComputingUpToTheMomentItsFilesWereWritten() throws IOException {
    job.environment.put("HOLDFAST_POLICY", "1000h");
    job.write("chk", "before");
    try (FileSession session = job.start(job.files("chk"))) {
      job.settle(session);
      job.time.move(Duration.ofHours(2));
      job.look(session);
      Path file = job.write("chk", "x");
      Files.setLastModifiedTime(file, FileTime.fromMillis(job.time.epochMs()));
      job.time.move(Duration.ofHours(1));
      job.settle(session);
      assertEquals(3, Duration.ofNanos(session.ledger().usefulNs()).toHours());
    }
    Store store = Store.open(job.store(), Disk.local());
    try (StoredVersion version = store.newest().orElseThrow()) {
      Ledger held = version.info().ledger();
      assertEquals(2, Duration.ofNanos(held.usefulNs()).plusMinutes(1).toHours());
    }
  }

  @Test
  void suspension_isNeitherWorkNorDue() {
    job.environment.put("HOLDFAST_POLICY", "10min");
    try (FileSession session = job.start(job.files("chk"))) {
      job.time.move(Duration.ofHours(5));
      session.suspended(Duration.ofHours(5));
      assertEquals(State.COMPUTING, session.look().state());
      assertTrue(Duration.ofNanos(session.ledger().usefulNs()).toMinutes() < 5);
    }
  }

  // The end
  // ----------------------------------------------------------------------------------------

  @Test
  void suspension_duringACheckpoint_isNoCostAndNotCountedTwice() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      session.checkpointNow();
      session.look();
      Duration before = session.interval();
      Files.setLastModifiedTime(job.due(), FileTime.from(Instant.now().minusSeconds(3600)));
      Files.move(job.due(), job.due().resolveSibling("writing"));
      job.write("chk", "x");
      session.look();
      job.time.move(Duration.ofHours(1));
      session.suspended(Duration.ofHours(1));
      Path written = job.due().resolveSibling("written");
      Files.move(job.due().resolveSibling("writing"), written);
      session.look();
      assertFalse(Files.exists(written));
      assertEquals(0, session.metrics().blockedNs().getTotalCount());
      assertEquals(0, Duration.ofNanos(session.ledger().checkpointNs()).toMinutes());
      assertEquals(1, Duration.ofNanos(session.ledger().suspendedNs()).toHours());
      long withoutStart = session.ledger().makespanNs() - session.ledger().restartNs();
      assertEquals(60, Duration.ofNanos(withoutStart).toMinutes());
      assertEquals(before, session.interval());
    }
  }

  @Test
  void programEnded_inGoodOrder_lastFileIsCommittedAtOnce() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "last");
      assertEquals(2, session.programEnded(true).version());
      assertTrue(session.end(EndCause.COMPLETE, ""));
    }
    assertEquals(Map.of("chk", "last"), newest());
    try (FileSession session = job.open(job.files("chk"))) {
      assertTrue(session.complete());
    }
  }

  @Test
  void programEnded_killed_lastFileIsNotTrusted() throws IOException {
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "whole");
      job.settle(session);
      job.write("chk", "to");
      session.look();
      Progress progress = session.programEnded(false);
      assertEquals(2, progress.version());
      assertTrue(progress.obstacle().contains("chk"), progress::obstacle);
    }
    assertEquals(Map.of("chk", "whole"), newest());
    try (FileSession session = job.open(job.files("chk"))) {
      session.restore();
      assertEquals("whole", job.read("chk"));
    }
  }

  @Test
  void programEnded_killedButMarked_isCommitted() throws IOException {
    try (FileSession session = job.start(job.marked("chk", "chk.ok"))) {
      job.write("chk", "whole");
      job.write("chk.ok", "");
      job.time.move(Duration.ofSeconds(1));
      assertEquals(2, session.programEnded(false).version());
    }
  }

  @Test
  void filesOfAKilledAttemptWithoutVersion_areNotTakenForTheNextOne() throws IOException {
    try (FileSession killed = job.start(job.files("chk"))) {
      job.write("chk", "step 484");
      job.look(killed);
    }
    try (FileSession next = job.start(job.files("chk"))) {
      assertEquals("", next.environment().get("HOLDFAST_RESTART"), "it begins at the beginning");
      assertEquals(0, job.settle(next).version(), "a state that this attempt has not reached");
      job.write("chk", "step 99");
      assertEquals(3, job.settle(next).version());
      assertEquals(Map.of("chk", "step 99"), newest());
    }
  }

  @Test
  void attemptAfterAnother_inOneProcess_beginsWhenItIsOpened() {
    job.start(job.files("chk")).close();
    job.time.move(Duration.ofHours(1));
    try (FileSession next = job.start(job.files("chk"))) {
      double outsideSeconds = (next.ledger().downtimeNs() + next.ledger().reworkNs()) * 1e-9;
      assertTrue(outsideSeconds >= 3600, next.ledger()::toString);
      assertTrue(next.ledger().restartNs() < 3_600_000_000_000L, next.ledger()::toString);
    }
  }

  @Test
  void programEnded_patternThatMatchesNothing_isSaid() throws IOException {
    try (FileSession session = job.start(job.files("chk*.h5"))) {
      job.write("chk1.hdf5", "x");
      assertEquals("no file matches chk*.h5", session.programEnded(true).obstacle());
    }
  }

  @Test
  void attemptWithoutEnd_countsAsAFailure() {
    job.start(job.files("chk")).close();
    try (FileSession session = job.start(job.files("chk"))) {
      assertEquals(1, session.ledger().failures());
      assertEquals(2, session.attempt());
    }
  }

  // Trouble
  // ----------------------------------------------------------------------------------------

  @Test
  void diskFull_lastVersionStays_andItIsTriedAgain() throws IOException {
    FailingDisk failing = new FailingDisk("create");
    job.on(failing.disk());
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "one");
      job.settle(session);
      failing.fail(true);
      job.write("chk", "two");
      Progress full = job.settle(session);
      assertEquals(2, full.version());
      assertEquals(1, session.metrics().failedVersions());
      job.look(session);
      assertEquals(1, session.metrics().failedVersions(), "not tried again at once");
      failing.fail(false);
      job.time.move(Duration.ofSeconds(2));
      assertEquals(3, job.look(session).version());
      assertEquals(Map.of("chk", "two"), newest());
    }
  }

  @Test
  void successor_isReported_evenWhenNothingIsToBeCommitted() {
    FileSession old = job.start(job.files("chk"));
    job.environment.put("HOLDFAST_BREAK_LOCK", "1");
    try (FileSession session = job.start(job.files("chk"))) {
      assertFalse(session.previousGone());
      try (old) {
        job.time.move(Duration.ofSeconds(11));
        assertEquals(0, job.lookUntil(old, p -> p.fencedBy().isPresent()).version());
        assertFalse(old.end(EndCause.STOPPED, ""));
        session.checkpointNow();
        session.look();
        assertTrue(Files.exists(job.due()));
      }
      assertTrue(Files.exists(job.due()), "the flag is the successor's");
    }
  }

  @Test
  void successor_afterTheProgramStoodStill_isReportedAtOnce() {
    FileSession old = job.start(job.files("chk"));
    job.environment.put("HOLDFAST_BREAK_LOCK", "1");
    try (old;
        FileSession _ = job.open(job.files("chk"))) {
      old.suspended(Duration.ofSeconds(20));
      assertTrue(job.lookUntil(old, p -> p.fencedBy().isPresent()).fencedBy().isPresent());
    }
  }

  @Test
  @SuppressWarnings("try") // the disk is let go before the end
  void successor_whileAVersionIsBeingWritten_isReported_andTheEndWaitsForNothing()
      throws Exception {
    try (BlockingDisk slow = new BlockingDisk()) {
      job.on(slow.disk());
      FileSession old = job.start(job.files("chk"));
      beginCommit(old, slow);
      job.environment.put("HOLDFAST_BREAK_LOCK", "1");
      try (FileSession successor = job.on(Disk.local()).start(job.files("chk"))) {
        assertEquals(Optional.empty(), old.look().fencedBy(), "not looked for yet");
        job.time.move(Duration.ofSeconds(11));
        assertTrue(old.look().fencedBy().isPresent());
        assertTrue(old.programEnded(false).fencedBy().isPresent());
        assertFalse(old.end(EndCause.STOPPED, ""));
        old.close();
        assertFalse(slow.isReleased(), "all that while the version was being written");
        assertEquals(List.of(), job.versions());
        slow.close();
        job.write("chk", "two");
        assertEquals(3, job.settle(successor).version());
      }
    }
  }

  /** Returns when the version of a file is being written, and does not get done. */
  private void beginCommit(FileSession session, BlockingDisk slow) throws Exception {
    job.write("chk", "one");
    job.look(session);
    job.time.move(FileJob.SETTLE);
    slow.block();
    assertEquals(State.COMMITTING, session.look().state());
    slow.awaitBlocked();
  }

  @Test
  void successor_whileTheLastVersionIsWaitedFor_endsTheWait() throws Exception {
    try (BlockingDisk slow = new BlockingDisk()) {
      job.on(slow.disk());
      FileSession old = job.start(job.files("chk"));
      beginCommit(old, slow);
      CompletableFuture<Progress> last =
          CompletableFuture.supplyAsync(() -> old.programEnded(false));
      job.environment.put("HOLDFAST_BREAK_LOCK", "1");
      try (FileSession _ = job.on(Disk.local()).start(job.files("chk"))) {
        job.time.move(Duration.ofSeconds(11));
        assertTrue(last.get(60, TimeUnit.SECONDS).fencedBy().isPresent());
        old.close();
        assertFalse(slow.isReleased());
      }
    }
  }

  @Test
  void session_thatOpenedItsStoreAgain_isNotTakenForItsOwnSuccessor() throws IOException {
    FailingDisk failing = new FailingDisk("syncDirectory");
    job.on(failing.disk());
    try (FileSession session = job.start(job.files("chk"))) {
      job.write("chk", "one");
      failing.fail(true);
      assertEquals(0, job.settle(session).version());
      for (int i = 0; i < 3; i++) {
        job.time.move(Duration.ofMinutes(5));
        assertEquals(Optional.empty(), job.look(session).fencedBy());
      }
      failing.fail(false);
      job.time.move(Duration.ofMinutes(5));
      assertTrue(job.look(session).version() > 2);
      job.time.move(Duration.ofSeconds(11));
      assertEquals(Optional.empty(), job.look(session).fencedBy());
      assertEquals(Map.of("chk", "one"), newest());
    }
  }

  @Test
  void end_overtakenAtThatMoment_namesTheSuccessor() {
    FileSession old = job.start(job.files("chk"));
    job.environment.put("HOLDFAST_BREAK_LOCK", "1");
    try (old;
        FileSession _ = job.open(job.files("chk"))) {
      assertEquals(Optional.empty(), old.programEnded(true).fencedBy());
      assertFalse(old.end(EndCause.COMPLETE, ""));
      assertTrue(old.fencedBy().isPresent());
    }
  }

  @Test
  void storeOfALibraryProgram_isRefused() throws Exception {
    Holdfast.job("job")
        .sandbox(folder.resolve("box"))
        .store(job.store())
        .run(hf -> {
          hf.cell("n", 1);
          hf.restore();
          hf.checkpoint().awaitDurable();
        });
    try (FileSession session = job.open(job.files("n"))) {
      RestoreMismatchException refused =
          assertThrows(RestoreMismatchException.class, session::restore);
      Told.assertSays(refused, "written by a program that uses the library");
    }
  }

  @Test
  void patternThatTakesInTheStore_isRefused() {
    for (String pattern : List.of("*", "*/*", "job.*", "job.holdfast/log/*", "*.run/*")) {
      HoldfastException refused =
          assertThrows(HoldfastException.class, () -> job.open(job.files(pattern)), pattern);
      Told.assertSays(refused, "of the store");
    }
    assertFalse(Files.exists(job.store()), "refused before anything was made");
  }
}
