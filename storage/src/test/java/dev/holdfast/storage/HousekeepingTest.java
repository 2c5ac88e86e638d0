// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static dev.holdfast.storage.TestStores.STORE;
import static dev.holdfast.storage.TestStores.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.storage.CommitResult.Committed;
import dev.holdfast.storage.CommitResult.Failed;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.SpaceForecast.Trend;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Room: foreseen, warned of, made, and given up for one version when there certainly is none. */
class HousekeepingTest {
  private final MemoryDisk memory = new MemoryDisk();
  private final FakeTime time = new FakeTime();
  private final TestStores.Options options = new TestStores.Options();
  private final TestJob job = new TestJob(81, 40, false);
  private long usableBytes = 1L << 40;

  private final Disk disk =
      new ForwardingDisk(memory) {
        @Override
        public long usableBytes(Path existing) throws IOException {
          if (usableBytes < 0) {
            throw new IOException("Input/output error");
          }
          return usableBytes;
        }
      };

  private StoreWriter open() {
    options.time = time;
    options.breakLock = true;
    return StoreWriter.open(STORE, options.on(disk));
  }

  private CommitResult next(StoreWriter writer, boolean full) {
    job.advance();
    time.advance(Duration.ofMinutes(10));
    return job.commit(writer, full);
  }

  private long told(String words) {
    return options.told.stream().filter(line -> line.contains(words)).count();
  }

  private int versions() {
    return Verifier.verify(STORE, memory).versions().size();
  }

  @Test
  void commit_thatMayNotFit_isTriedAfterDeletingWhatCanBeSpared() {
    options.keep = KeepRules.last(20);
    try (StoreWriter writer = open()) {
      Committed full = committed(next(writer, true));
      for (int i = 0; i < 5; i++) {
        committed(next(writer, true));
      }
      assertEquals(6, versions());
      usableBytes = full.storedBytes() * 3 / 4;
      committed(next(writer, true));
      assertEquals(1, told("deleting what retention can spare"), options.told::toString);
      assertEquals(3, versions(), "the newest and the spare stayed, and the new one was made");
    }
  }

  @Test
  void commit_thatCertainlyDoesNotFit_isNotBegunAndOwesItsBlocks() throws IOException {
    try (StoreWriter writer = open()) {
      committed(next(writer, false));
      committed(next(writer, false));
      committed(next(writer, false));
      usableBytes = 10;
      committed(next(writer, true)); // once in an hour it is tried: free bytes are only told
      int files = memory.files(STORE).size();
      Failed failed = assertInstanceOf(Failed.class, next(writer, true));
      assertTrue(failed.message().contains("it was not begun"), failed::message);
      assertTrue(failed.message().contains("free space there"), failed::message);
      assertEquals(files, memory.files(STORE).size());
      usableBytes = 1L << 40;
      assertFalse(committed(next(writer, false)).full());
    }
    try (StoredVersion newest = Store.open(STORE, memory).newest().orElseThrow()) {
      job.assertMatches(newest);
    }
    assertEquals(Outcome.CLEAN, Verifier.verify(STORE, memory).outcome());
  }

  @Test
  void commit_onADiskThatTellsNothing_isMade() {
    try (StoreWriter writer = open()) {
      committed(next(writer, false));
      usableBytes = -1;
      committed(next(writer, false));
      usableBytes = 0;
      committed(next(writer, false));
    }
  }

  /** The newest version in the log is then not the one that the next is built on. */
  @Test
  void commit_makingRoomWhenItsNewestVersionWasNeverAcknowledged_keepsWhatItBuildsOn() {
    FaultyDisk faulty = new FaultyDisk(memory);
    options.time = time;
    options.breakLock = true;
    options.spare = false;
    try (StoreWriter writer = StoreWriter.open(STORE, options.on(faulty))) {
      committed(next(writer, true));
      committed(next(writer, false));
      faulty.failOnly(EnumSet.of(Op.SYNC_DIRECTORY), 0, Errno.EIO, false);
      assertInstanceOf(Failed.class, next(writer, true));
      faulty.heal();
      faulty.failOnly(EnumSet.of(Op.WRITE), 1, Errno.ENOSPC, false);
      Committed made = committed(next(writer, false));
      assertEquals(1, told("no space left for a version"), options.told::toString);
      assertFalse(made.full(), "it is built on the one before");
      assertEquals(Outcome.CLEAN, Verifier.verify(STORE, memory).outcome());
    }
  }

  @Test
  void alert_isGivenOnceInAnHour() {
    try (StoreWriter writer = open()) {
      committed(next(writer, false));
      committed(next(writer, false));
      usableBytes = 20_000; // deltas fit, a full version does not
      for (int i = 0; i < 6; i++) {
        committed(next(writer, false));
      }
      assertEquals(1, told("the next full version needs about"), options.told::toString);
      time.advance(Duration.ofHours(1));
      committed(next(writer, false));
      assertEquals(2, told("the next full version needs about"), options.told::toString);
    }
  }

  @Test
  void alert_whenOthersFillTheDisk_tellsTimeAndVersionsThatAreLeft() {
    try (StoreWriter writer = open()) {
      usableBytes = 100L << 20;
      for (int i = 0; i < 4; i++) {
        committed(next(writer, false));
        usableBytes -= 1 << 20;
      }
      assertEquals(0, told("at the present rate"), "97 MiB last for 16 h at 1 MiB in 10 min");
      usableBytes -= 40 << 20;
      committed(next(writer, false));
      assertEquals(1, told("at the present rate"), options.told::toString);
      assertTrue(options.told.getLast().contains("versions from now"), options.told::toString);
    }
  }

  @Test
  void budget_shorterThanWhatMustStay_isToldOnce() {
    options.keep = new KeepRules(5, List.of(), OptionalLong.of(100));
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 4; i++) {
        committed(next(writer, true));
      }
    }
    assertEquals(1, told("must stay"), options.told::toString);
    assertEquals(2, versions());
  }

  @Test
  void commit_everySlotForAWindow_keepsOneOfEach() {
    options.keep =
        new KeepRules(
            1,
            List.of(new KeepRules.Spread(Duration.ofMillis(4), Duration.ofDays(9999999))),
            OptionalLong.empty());
    options.spare = false;
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 12; i++) {
        committed(next(writer, true)); // the job says that it captures in millisecond 1000 + step
      }
    }
    assertEquals(
        List.of(1003L, 1007L, 1011L, 1012L),
        Store.open(STORE, memory).records().stream()
            .filter(StoreRecord.VersionRecord.class::isInstance)
            .map(r -> ((StoreRecord.VersionRecord) r).info().state().capturedEpochMs())
            .toList());
  }

  @Test
  void forecast_learnsFromVersionsOfTheSameKind() {
    SpaceForecast forecast = new SpaceForecast();
    assertEquals(OptionalLong.empty(), forecast.likelyBytes(true, 100));
    forecast.made(true, 1000, 500);
    assertEquals(OptionalLong.of(50), forecast.likelyBytes(false, 100), "full ones serve first");
    forecast.made(false, 100, 10);
    forecast.made(false, 300, 70);
    assertEquals(OptionalLong.of(20), forecast.likelyBytes(false, 100));
    assertEquals(OptionalLong.of(5), forecast.leastBytes(false, 100), "half of the best");
    assertEquals(OptionalLong.of(1000), forecast.likelyBytes(true, 2000));
  }

  @Test
  void forecast_sawtoothOfFamilies_isNoTrend() {
    SpaceForecast forecast = new SpaceForecast();
    for (int i = 0; i < 16; i++) {
      long own = 1000 + 100L * (i % 4);
      forecast.looked(i * 600_000_000_000L, 10_000 - own, own, i % 4 == 0);
    }
    assertEquals(OptionalDouble.empty(), forecast.secondsUntilBelow(500));
    assertEquals(600, forecast.secondsPerVersion().orElseThrow(), 1e-6);
    for (int i = 16; i < 32; i++) {
      long own = 1000 + 100L * (i % 4) + 10L * (i - 16); // the store itself grows
      forecast.looked(i * 600_000_000_000L, 10_000 - own, own, i % 4 == 0);
    }
    double rate = 10.0 / 600;
    long usable = 10_000 - 1300 - 150;
    assertEquals((usable - 500) / rate, forecast.secondsUntilBelow(500).orElseThrow(), 1e-6);
  }

  @Test
  void trend_ofAStore_countsDeletedVersionsToo() {
    try (StoreWriter writer = open()) {
      for (int i = 0; i < 20; i++) {
        committed(next(writer, false));
      }
    }
    Trend trend = SpaceForecast.trend(Store.open(STORE, memory).records()).orElseThrow();
    assertTrue(trend.fullBytes() > 1_000, trend::toString);
    assertTrue(trend.seconds(1 << 20) > 0 && trend.versions(1 << 20) > 0, trend::toString);
    assertTrue(SpaceForecast.trend(List.of()).isEmpty());
  }

  /** A file system that is really full. Only root may mount one. */
  @Test
  void commit_onAFullTmpfs_failsWithoutHarmAndGoesOnWhenThereIsRoom(@TempDir Path temp)
      throws Exception {
    Path mounted = Files.createDirectory(temp.toRealPath().resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", mounted.toString()) == 0);
    try {
      Path store = mounted.resolve("full.holdfast");
      TestJob large = new TestJob(82, 12, false);
      boolean failed = false;
      try (StoreWriter writer = StoreWriter.open(store, options.on(Disk.local()))) {
        committed(large.commit(writer, true));
        Path others = mounted.resolve("others");
        long room = Files.getFileStore(mounted).getUsableSpace();
        Files.write(others, new byte[(int) Math.max(0, room - 12_288)]);
        for (int i = 0; i < 8; i++) {
          large.advance();
          failed |= large.commit(writer, true) instanceof Failed;
        }
        assertTrue(failed, options.told::toString);
        assertTrue(told("disk of") > 0, options.told::toString);
        Files.delete(others);
        committed(large.commit(writer, false));
      }
      assertEquals(Outcome.CLEAN, Verifier.verify(store, Disk.local()).outcome());
      try (StoredVersion newest = Store.open(store, Disk.local()).newest().orElseThrow()) {
        large.assertMatches(newest);
      }
    } finally {
      run("umount", "-l", mounted.toString());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(60, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }
}
