// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a part may have changed since the last capture: those that the kernel says were
 * written, or all of them. A page that is not named has not changed; one that is may not have
 * either, and is compared with the shadow like any other.
 *
 * <p>Being told is not free: the program pays for its first write to each page after a capture
 * ({@link PageTracker#firstWriteNs}), which is more than a comparison of the page costs. So the
 * cheaper way is found by trying: a capture that was told pages is set against the last one that
 * compared all, first writes included. Where it was dearer, the next captures compare; after ever
 * more of them the kernel is tried again, because programs change.
 */
final class PageWatch implements AutoCloseable {
  /** All pages may have changed, always. */
  static final PageWatch NONE =
      new PageWatch(
          () -> {
            throw new RefusedException("this region is compared");
          },
          MemorySegment.NULL,
          Time.SYSTEM);

  /** Captures that compare after a dear one that did not; doubles each time. */
  private static final int PAUSE_MIN = 4;

  /** Then a try costs less than a hundredth of what comparing costs. */
  private static final int PAUSE_MAX = 512;

  /** Says who tracks, when it is first wanted. */
  @FunctionalInterface
  interface Source {
    PageTracker get() throws RefusedException;
  }

  private final Source source;
  private final MemorySegment memory;
  private final Time time;
  private @Nullable PageTracker tracker;
  private boolean looked;
  private long[] written = {};
  private int pageLog2;

  /** The kernel is tracking. */
  private boolean tracking;

  /** A capture has begun and not ended: what it was told is lost. */
  private boolean unfinished;

  /** The kernel has told the present capture which pages were written. */
  private boolean told;

  private int firstWrites;
  private long beganNs;
  private long comparisonNs;
  private int pause = PAUSE_MIN;
  private int capturesUntilTry;

  /**
   * @param memory the part's, and beyond its end to the end of the page
   */
  PageWatch(Source source, MemorySegment memory, Time time) {
    this.source = source;
    this.memory = memory;
    this.time = time;
  }

  /** Looks for a tracker, which takes a moment: before the loop begins. */
  void prepare() {
    if (looked) {
      return;
    }
    looked = true;
    try {
      PageTracker found = source.get();
      long pages = memory.byteSize() / found.pageBytes();
      pageLog2 = Integer.numberOfTrailingZeros(found.pageBytes());
      written = new long[Math.toIntExact((pages + Long.SIZE - 1) / Long.SIZE)];
      tracker = found;
    } catch (RefusedException e) {
      // compared; holdfast doctor says why
    }
  }

  /** A capture begins: asks the kernel, or has it watch from here on. */
  void begin() {
    PageTracker kernel = tracker;
    if (kernel == null) {
      return;
    }
    beganNs = time.nanoTime();
    try {
      ask(kernel);
    } catch (RefusedException e) {
      told = false;
      close();
      tracker = null;
    }
    unfinished = true;
  }

  private void ask(PageTracker kernel) throws RefusedException {
    told = false;
    firstWrites = 0;
    if (tracking) {
      int pages = kernel.takeWritten(memory, written);
      told = !unfinished;
      firstWrites = pages;
    } else if (capturesUntilTry-- <= 0) {
      kernel.track(memory);
      tracking = true;
      kernel.takeWritten(memory, written);
      beganNs = time.nanoTime(); // what follows is a comparison
    }
  }

  /** The capture has dealt with every page that may have changed. */
  void end() {
    if (tracker == null) {
      return;
    }
    unfinished = false;
    long tookNs = time.nanoTime() - beganNs;
    if (!told) {
      comparisonNs = tookNs;
    } else if (tookNs + firstWriteNs() > comparisonNs) {
      close();
      capturesUntilTry = pause;
      pause = Math.min(2 * pause, PAUSE_MAX);
    } else {
      pause = PAUSE_MIN;
    }
  }

  /** Whether the kernel has told the present capture what was written. */
  boolean told() {
    return told;
  }

  /**
   * Where the next page that may have changed is.
   *
   * @param base where a block begins, a whole number of pages
   * @param from where to look from, in the block
   * @param length the block's
   * @return {@code from} or the begin of a later page in the block; its length when there is none
   */
  int nextWritten(long base, int from, int length) {
    if (!told) {
      return from;
    }
    long end = (base + length + (1L << pageLog2) - 1) >>> pageLog2;
    long page = (base + from) >>> pageLog2;
    while (page < end) {
      long word = written[(int) (page >>> 6)] >>> page;
      if (word != 0) {
        page += Long.numberOfTrailingZeros(word);
        return page < end ? (int) Math.max(from, (page << pageLog2) - base) : length;
      }
      page = (page | Long.SIZE - 1) + 1;
    }
    return length;
  }

  /**
   * Whether the kernel has told that at most half of a block was written.
   *
   * @param base where the block begins
   */
  boolean fewWritten(long base, int length) {
    if (!told) {
      return false;
    }
    int pages = 0;
    int pageBytes = 1 << pageLog2;
    for (int at = nextWritten(base, 0, length);
        at < length;
        at = nextWritten(base, at + pageBytes, length)) {
      pages++;
    }
    return 2L * pages * pageBytes <= length;
  }

  /** The pages that trapped the program since the capture before. */
  int firstWrites() {
    return firstWrites;
  }

  /** What that has cost the program. */
  long firstWriteNs() {
    return tracker == null ? 0 : firstWrites * tracker.firstWriteNs();
  }

  /** Writes cost nothing any more. */
  @Override
  public void close() {
    if (tracking && tracker != null) {
      tracker.untrack(memory);
    }
    tracking = false;
  }
}
