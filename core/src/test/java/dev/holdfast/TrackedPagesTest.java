// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.process.PageTracker;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PageTracking;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel tells of pages finds the same as comparing all of them. */
@Timeout(60)
final class TrackedPagesTest {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int HUGE_PAGES = 2;
  private static final int ROUNDS = 20;
  private static final int THREADS = 3;
  private static final int BLOCK_BYTES = 64 << 10;

  /** Not a whole number of pages. */
  private static final long REGION_BYTES = HUGE_PAGES * HugePages.BYTES - 5_000;

  /** Stands still: no capture takes any time. */
  private static final Time STILL =
      new Time() {
        @Override
        public long epochMs() {
          return 0;
        }

        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public void pause(Duration duration) {}
      };

  @BeforeEach
  void needsTheKernel() {
    try {
      PageTracking.ofProcess();
    } catch (RefusedException e) {
      assumeTrue(false, "skipped: pages cannot be tracked here: " + e.reason());
    }
  }

  /** The kernel's tracker, at a price that a test can name. */
  private static final class Priced implements PageTracker {
    private final PageTracker kernel;
    private long firstWriteNs;
    private int told;

    Priced() throws RefusedException {
      kernel = PageTracking.ofProcess();
    }

    @Override
    public int pageBytes() {
      return kernel.pageBytes();
    }

    @Override
    public long firstWriteNs() {
      return firstWriteNs;
    }

    @Override
    public void track(MemorySegment memory) throws RefusedException {
      kernel.track(memory);
    }

    @Override
    public void untrack(MemorySegment memory) {
      kernel.untrack(memory);
    }

    @Override
    public int takeWritten(MemorySegment memory, long[] written) throws RefusedException {
      told++;
      return kernel.takeWritten(memory, written);
    }
  }

  private static Region tracked(MemorySegment pages, long bytes, PageTracker tracker) {
    return new SegmentRegion(
        "u", pages.asSlice(0, bytes), () -> new PageWatch(() -> tracker, pages, STILL), null);
  }

  /**
   * Both find changes in the same memory. The prices make tracking begin and end now and then, and
   * the pool is large enough for some of the old blocks only.
   */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void randomWrites_ofSeveralThreads_areFoundAsByComparing(boolean huge, boolean pricesChange)
      throws Throwable {
    long seed = Long.getLong("holdfast.pages.seed", System.nanoTime() & 0xffff_ffffL);
    String replay =
        "seed %d; ./mvnw test -pl core -am -Dtest=TrackedPagesTest -Dholdfast.pages.seed=%d"
            .formatted(seed, seed);
    SplittableRandom random = new SplittableRandom(seed);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = HugePages.allocate(arena, HUGE_PAGES, huge);
      if (huge) {
        assumeTrue(HugePages.bytesIn(pages) > 0, "skipped: no transparent huge pages here");
      } else {
        assertEquals(0, HugePages.bytesIn(pages));
      }
      MemorySegment live = pages.asSlice(0, REGION_BYTES);
      Priced tracker = new Priced();
      try (ProtectedState told = new ProtectedState(States.PLENTY, 2L << 20, false, 2);
          ProtectedState compared = States.of(Regions.protect("u", live))) {
        told.add(tracked(pages, REGION_BYTES, tracker));
        StoredImage version = States.commit(compared);
        States.commit(told).assertSameAs(version);
        for (int round = 0; round < ROUNDS; round++) {
          if (pricesChange && random.nextInt(4) == 0) {
            tracker.firstWriteNs = 1 - tracker.firstWriteNs;
          }
          write(live, random);
          if (random.nextInt(3) == 0) {
            version = captureBesides(told, compared, live, random, replay);
          }
          version = captureBoth(told, compared, version, random.nextInt(5) > 0, replay);
        }
      }
      assertTrue(tracker.told > (pricesChange ? 3 : ROUNDS), replay);
    }
  }

  /** Writes at random places, with several threads; some of it what was there before. */
  private static void write(MemorySegment live, SplittableRandom random)
      throws InterruptedException {
    int writes = 1 << random.nextInt(9);
    long cluster = 1L << random.nextInt(12, 23);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      SplittableRandom own = random.split();
      long from = own.nextLong(live.byteSize());
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < writes; i++) {
                  long at = (from + own.nextLong(cluster)) % (live.byteSize() / 8) * 8;
                  live.set(LONG, at, live.get(LONG, at) ^ own.nextInt(3));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static StoredImage captureBoth(
      ProtectedState told,
      ProtectedState compared,
      StoredImage before,
      boolean commit,
      String replay) {
    Capture one;
    try {
      one = told.capture();
    } catch (ConcurrentWriteException e) { // the sample has found what the kernel did not tell
      throw new AssertionError(replay, e);
    }
    Capture other = compared.capture();
    assertEquals(changed(other), changed(one), replay);
    StoredImage version = StoredImage.delta(one, before);
    version.assertSameAs(StoredImage.delta(other, before));
    if (commit) {
      one.committed();
      other.committed();
      return version;
    }
    one.failed();
    other.failed();
    return before;
  }

  /** Leaves captures that are being written, and pages written since, to the next ones. */
  private static StoredImage captureBesides(
      ProtectedState told,
      ProtectedState compared,
      MemorySegment live,
      SplittableRandom random,
      String replay)
      throws InterruptedException {
    Capture one = told.capture();
    Capture other = compared.capture();
    StoredImage first = StoredImage.full(other);
    write(live, random);
    Capture oneMore;
    Capture otherMore;
    try (LateEnd _ = new LateEnd(one::committed);
        LateEnd _ = new LateEnd(other::committed)) {
      oneMore = told.capture();
      otherMore = compared.capture();
    }
    assertEquals(changed(otherMore), changed(oneMore), replay);
    StoredImage second = StoredImage.delta(oneMore, first);
    second.assertSameAs(StoredImage.delta(otherMore, first));
    oneMore.committed();
    otherMore.committed();
    return second;
  }

  private static BitSet changed(Capture capture) {
    BitSet blocks = new BitSet();
    for (int b = 0; b < capture.sources().getFirst().schema().blockCount(); b++) {
      blocks.set(b, capture.sources().getFirst().changed(b));
    }
    return blocks;
  }

  /**
   * Three pages of a block: few enough for pieces; the writer can still have the whole old block.
   */
  @Test
  void committed_blockWrittenInPlaces_holdsTheBytesOfTheNewestCommittedVersion() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = arena.allocate(4 * BLOCK_BYTES, PageTracking.ALIGN_BYTES);
      try (ProtectedState state = States.of(tracked(pages, 4 * BLOCK_BYTES, new Priced()))) {
        pages.fill((byte) 7);
        StoredImage first = States.commit(state);
        for (long page : new long[] {1, 2, 15, 35}) {
          pages.set(LONG, page * 4096 + 8, page);
        }
        Capture capture = state.capture();
        assertEquals(2 * BLOCK_BYTES, capture.changedBytes());
        MemorySegment old = capture.sources().getFirst().committed(0);
        assertTrue(old != null && old.mismatch(pages.asSlice(BLOCK_BYTES, BLOCK_BYTES)) == -1);
        StoredImage.delta(capture, first); // compares all
        assertEquals(4, capture.firstWrites().pages());
        capture.committed();
      }
    }
  }

  @Test
  void restore_tracked_goesOnAsAfterItsOwnCapture() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = arena.allocate(REGION_BYTES + 5_000, PageTracking.ALIGN_BYTES);
      try (ProtectedState state = States.of(tracked(pages, REGION_BYTES, new Priced()))) {
        pages.set(LONG, 99_992, 1);
        StoredImage first = States.commit(state);
        pages.set(LONG, 99_992, 2);
        pages.set(LONG, 999_992, 2);
        States.commit(state);
        state.restore(first); // while it is tracked
        assertEquals(1, pages.get(LONG, 99_992));
        Capture nothing = state.capture();
        assertEquals(0, nothing.changedBytes());
        nothing.committed();
        pages.set(LONG, 999_992, 3);
        Capture capture = state.capture();
        assertEquals(BLOCK_BYTES, capture.changedBytes());
        assertEquals(1, capture.firstWrites().pages());
        StoredImage.delta(capture, first);
        capture.committed();
      }
      try (ProtectedState state = States.of(tracked(pages, REGION_BYTES, new Priced()))) {
        StoredImage other = States.commit(state); // by a new one, as after a restart
        assertEquals(3, pages.get(LONG, 999_992));
        pages.fill((byte) 0);
        state.restore(other);
        assertEquals(3, pages.get(LONG, 999_992));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -8, 24, 5_000_001, Long.MIN_VALUE})
  void allocate_alignmentThatIsNoPowerOfTwo_isRefused(long alignBytes, @TempDir Path temp) {
    try (Holdfast hf = Holdfast.job("aligned").sandbox(temp.resolve("run")).open()) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> hf.allocate("u", 8 << 20, alignBytes));
      assertTrue(String.valueOf(refused.getMessage()).contains("region u"));
    }
  }

  @Test
  void allocate_jobStoppedAndResumed_hasTheSameBytesAndCountsFirstWrites(@TempDir Path temp)
      throws Exception {
    long bytes = PageTracking.MEMORY_BYTES_MIN + 8;
    Body body =
        hf -> {
          MemorySegment u = hf.allocate("u", bytes, 8);
          assertEquals(bytes, u.byteSize());
          for (long step : hf.steps(6)) {
            u.set(LONG, step * 8192, step + 1);
            u.set(LONG, bytes - 8, u.get(LONG, bytes - 8) + step);
            hf.checkpoint().awaitDurable();
          }
          for (long step = 0; step < 6; step++) {
            assertEquals(step + 1, u.get(LONG, step * 8192));
          }
          assertEquals(15, u.get(LONG, bytes - 8));
          assertTrue(hf.metrics().firstWrites() >= 2, () -> "" + hf.metrics().firstWrites());
          assertTrue(hf.metrics().firstWriteNs() > 0);
        };
    Job job = Holdfast.job("test").sandbox(temp.resolve("sandbox"));
    assertInstanceOf(Outcome.StoppedAt.class, job.stopAfter(2).run(body));
    Job again = Holdfast.job("test").sandbox(temp.resolve("sandbox"));
    try (Told told = new Told()) {
      assertInstanceOf(Outcome.Complete.class, again.run(body));
      assertEquals(1, told.lines("first writes to tracked pages have cost the loop"), told.text());
    }
  }
}
