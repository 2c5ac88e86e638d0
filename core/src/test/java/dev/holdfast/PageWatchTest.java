// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.process.PageTracker;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the kernel is asked, and what becomes of its answers; the kernel is the test's. */
final class PageWatchTest {
  private static final int PAGE_BYTES = 4096;
  private static final int PAGES = 160;
  private static final int BLOCK_BYTES = 64 << 10;

  /** Says what the test wants. */
  private static final class Kernel implements PageTracker {
    private long[] answer = {};
    private boolean refuses;
    private boolean tracks;
    private long firstWriteNs = 10;

    void answer(int... pages) {
      answer = new long[(PAGES + 63) / 64];
      for (int page : pages) {
        answer[page >> 6] |= 1L << page;
      }
    }

    @Override
    public int pageBytes() {
      return PAGE_BYTES;
    }

    @Override
    public long firstWriteNs() {
      return firstWriteNs;
    }

    @Override
    public void track(MemorySegment memory) throws RefusedException {
      refuseIfWanted();
      tracks = true;
    }

    private void refuseIfWanted() throws RefusedException {
      if (refuses) {
        throw new RefusedException("the test says so");
      }
    }

    @Override
    public void untrack(MemorySegment memory) {
      tracks = false;
    }

    @Override
    public int takeWritten(MemorySegment memory, long[] written) throws RefusedException {
      assertTrue(tracks);
      refuseIfWanted();
      System.arraycopy(answer, 0, written, 0, answer.length);
      return Arrays.stream(answer).map(Long::bitCount).mapToInt(i -> (int) i).sum();
    }
  }

  private static final class Clock implements Time {
    private long ns;

    @Override
    public long epochMs() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return ns;
    }

    @Override
    public void pause(Duration duration) {}
  }

  private final Kernel kernel = new Kernel();
  private final Clock clock = new Clock();

  @SuppressWarnings("restricted") // nobody looks into this memory
  private PageWatch watch() {
    PageWatch watch =
        new PageWatch(
            () -> kernel, MemorySegment.ofAddress(0).reinterpret(PAGES * PAGE_BYTES), clock);
    watch.prepare();
    return watch;
  }

  /** One capture that takes so long; whether the kernel has told where to look. */
  private boolean capture(PageWatch watch, long tookNs) {
    watch.begin();
    boolean told = watch.told();
    clock.ns += tookNs;
    watch.end();
    return told;
  }

  // Where to look ---------------------------------------------------------------------------------

  private static List<Integer> places(PageWatch watch, long base, int length, int step) {
    List<Integer> places = new ArrayList<>();
    for (int at = watch.nextWritten(base, 0, length);
        at < length;
        at = watch.nextWritten(base, at + step, length)) {
      places.add(at / 1024);
    }
    return places;
  }

  @Test
  void nextWritten_told_namesEveryWrittenPageOfTheBlockAndNoOther() {
    PageWatch watch = watch();
    kernel.answer();
    capture(watch, 1_000_000);
    kernel.answer(0, 15, 16, 63, 64, 127, 128, 159);
    watch.begin();
    assertTrue(watch.told());
    assertEquals(List.of(0, 60), places(watch, 0, BLOCK_BYTES, PAGE_BYTES));
    assertEquals(List.of(0), places(watch, BLOCK_BYTES, BLOCK_BYTES, PAGE_BYTES));
    assertEquals(List.of(), places(watch, 2 * BLOCK_BYTES, BLOCK_BYTES, PAGE_BYTES));
    assertEquals(List.of(60), places(watch, 3 * BLOCK_BYTES, BLOCK_BYTES, PAGE_BYTES));
    assertEquals(
        List.of(0, 60, 64, 252, 256, 508, 512, 636), places(watch, 0, 640 << 10, PAGE_BYTES));
    assertEquals(List.of(60, 61, 62, 63), places(watch, 3 * BLOCK_BYTES, BLOCK_BYTES, 1024));
    assertEquals(List.of(60), places(watch, 9 * BLOCK_BYTES, BLOCK_BYTES - 100, PAGE_BYTES));
    assertTrue(watch.fewWritten(0, BLOCK_BYTES));
    watch.end();
    kernel.answer(0, 1, 2, 3, 4, 5, 6, 7, 8);
    watch.begin();
    assertFalse(watch.fewWritten(0, BLOCK_BYTES));
    watch.end();
  }

  @Test
  void nextWritten_notTold_isEverywhere() {
    PageWatch watch = watch();
    watch.begin();
    assertFalse(watch.told());
    assertEquals(List.of(0, 1, 2), places(watch, 2 * BLOCK_BYTES, 3000, 1024));
    assertFalse(watch.fewWritten(0, BLOCK_BYTES));
  }

  // Which way is cheaper --------------------------------------------------------------------------

  @Test
  void tracking_dearerThanComparing_pausesForEverMoreCaptures() {
    PageWatch watch = watch();
    kernel.answer(1, 2, 3);
    assertFalse(capture(watch, 100)); // compares, and the kernel watches from here on
    assertTrue(kernel.tracks);
    for (int pause : new int[] {4, 8, 16}) {
      assertTrue(capture(watch, 71)); // with three first writes of 10 it is 101
      assertFalse(kernel.tracks);
      for (int i = 0; i < pause; i++) {
        assertFalse(capture(watch, 100));
        assertFalse(kernel.tracks);
      }
      assertFalse(capture(watch, 100));
      assertTrue(kernel.tracks);
    }
    assertTrue(capture(watch, 70));
    assertTrue(capture(watch, 70));
    assertTrue(kernel.tracks);
    assertEquals(3, watch.firstWrites());
    assertEquals(30, watch.firstWriteNs());
  }

  @Test
  void close_tracking_endsIt() {
    PageWatch watch = watch();
    capture(watch, 100);
    assertTrue(kernel.tracks);
    watch.close();
    assertFalse(kernel.tracks);
  }

  // When the kernel lets down ---------------------------------------------------------------------

  @Test
  void begin_afterACaptureThatBrokeOff_doesNotTrustWhatIsTold() {
    PageWatch watch = watch();
    kernel.answer();
    capture(watch, 100);
    kernel.answer(5);
    watch.begin(); // and something is thrown
    kernel.answer();
    assertFalse(capture(watch, 100));
    assertTrue(capture(watch, 100));
  }

  @Test
  void capture_kernelRefuses_comparesAndFindsTheSame() {
    for (boolean late : new boolean[] {false, true}) {
      try (Arena arena = Arena.ofShared()) {
        MemorySegment pages = arena.allocate(PAGES * PAGE_BYTES, PAGE_BYTES);
        kernel.answer();
        kernel.refuses = !late;
        Region region =
            new SegmentRegion("u", pages, () -> new PageWatch(() -> kernel, pages, clock), null);
        try (ProtectedState state = States.of(region)) {
          StoredImage first = States.commit(state);
          assertEquals(late, kernel.tracks);
          kernel.refuses = true;
          pages.set(ValueLayout.JAVA_BYTE, 100_000, (byte) 1);
          Capture capture = state.capture();
          assertFalse(kernel.tracks);
          assertEquals(BLOCK_BYTES, capture.changedBytes());
          StoredImage.delta(capture, first);
          assertEquals(FirstWrites.NONE, capture.firstWrites());
          capture.committed();
        }
      }
    }
  }

  @Test
  void capture_noTrackerAtAll_compares() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = arena.allocate(PAGES * PAGE_BYTES, PAGE_BYTES);
      Region region =
          Regions.allocated(
              "u",
              pages,
              PAGES * PAGE_BYTES,
              () -> {
                throw new PageTracker.RefusedException("the test says so");
              },
              null);
      try (ProtectedState state = States.of(region)) {
        States.commit(state);
        pages.set(ValueLayout.JAVA_BYTE, 100_000, (byte) 1);
        Capture capture = state.capture();
        assertEquals(BLOCK_BYTES, capture.changedBytes());
        capture.committed();
      }
    }
  }

  /** Otherwise nothing would be gained. */
  @Test
  void capture_pageThatIsNotNamed_isNotLookedAt() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment pages = arena.allocate(PAGES * PAGE_BYTES, PAGE_BYTES);
      Region region =
          new SegmentRegion("u", pages, () -> new PageWatch(() -> kernel, pages, clock), null);
      try (ProtectedState state = new ProtectedState(States.PLENTY, 0, false, 2)) {
        state.add(region);
        kernel.answer();
        kernel.firstWriteNs = 0;
        States.commit(state);
        pages.set(ValueLayout.JAVA_BYTE, 4 * BLOCK_BYTES, (byte) 1);
        pages.set(ValueLayout.JAVA_BYTE, 5 * BLOCK_BYTES, (byte) 1);
        kernel.answer(4 * BLOCK_BYTES / PAGE_BYTES);
        Capture capture = state.capture();
        assertEquals(BLOCK_BYTES, capture.changedBytes());
        assertTrue(capture.sources().getFirst().changed(4));
        capture.committed();
      }
    }
  }
}
