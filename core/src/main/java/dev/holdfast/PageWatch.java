// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Says which pages the kernel has seen written, or that all may have been.
 *
 * <p>Being told is not free: the program pays for its first write to each page after a capture
 * ({@link PageTracker#firstWriteNs}), which is more than a comparison of the page costs. So the
 * cheaper way is found by trying: a capture that was told pages is set against the last one that
 * compared all, first writes included. Where it was dearer, the next captures compare; after ever
 * more of them the kernel is tried again, because programs change.
 */
final class PageWatch implements WriteWatch {
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
  private WrittenPages written = new WrittenPages(new long[0], 0);

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

  /** Looks for a tracker. */
  @Override
  public void prepare() {
    if (looked) {
      return;
    }
    looked = true;
    try {
      PageTracker found = source.get();
      int pageLog2 = Integer.numberOfTrailingZeros(found.pageBytes());
      written = WrittenPages.of(memory.byteSize(), pageLog2);
      tracker = found;
    } catch (RefusedException e) {
      // compared; holdfast doctor says why
    }
  }

  /** Asks the kernel, or has it watch from here on. */
  @Override
  public void begin() {
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
      int pages = kernel.takeWritten(memory, written.bits());
      told = !unfinished;
      firstWrites = pages;
    } else if (capturesUntilTry-- <= 0) {
      kernel.track(memory);
      tracking = true;
      kernel.takeWritten(memory, written.bits());
      beganNs = time.nanoTime(); // what follows is a comparison
    }
  }

  @Override
  public void end() {
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

  @Override
  public boolean told() {
    return told;
  }

  @Override
  public int nextWritten(long base, int from, int length) {
    return told ? written.next(base, from, length) : from;
  }

  @Override
  public boolean fewWritten(long base, int length) {
    return told && written.few(base, length);
  }

  @Override
  public int firstWrites() {
    return firstWrites;
  }

  @Override
  public long firstWriteNs() {
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
