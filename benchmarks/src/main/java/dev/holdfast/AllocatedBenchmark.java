// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.benchmarks.Sample;
import dev.holdfast.process.PageTracker;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PageTracking;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How long the loop is blocked by a capture of memory outside the heap, as a multiple of a plain
 * copy of it, both measured in turn in one run: once with pages tracked by the kernel, once
 * compared. One element of some of the 64 KiB blocks, or of some of the 4 KiB pages, changes at
 * random places, or all elements of some part of the memory. The first writes to tracked pages
 * stand beside, and what they cost the program, as a multiple of the copy, too.
 *
 * <p>Arguments: the state in MiB (512), rounds (9), seed (1).
 */
public final class AllocatedBenchmark {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long POOL_BYTES = 64L << 20;
  private static final int WARMUP_ROUNDS = 6;
  private static final int PAGE_BYTES = 4 << 10;
  private static final int BLOCK_BYTES = 64 << 10;

  /** Stands for a change of every element in one range. */
  private static final int TOGETHER = 0;

  private final int rounds;
  private final SplittableRandom random;
  private final MemorySegment state;
  private final MemorySegment copy;

  private AllocatedBenchmark(MemorySegment state, MemorySegment copy, int rounds, long seed) {
    this.state = state;
    this.copy = copy;
    this.rounds = rounds;
    random = new SplittableRandom(seed);
  }

  public static void main(String[] args) {
    int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 512;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 1;
    System.out.printf(Locale.ROOT, "state %d MiB, %d rounds, seed %d%n", mebibytes, rounds, seed);
    try {
      PageTracker kernel = PageTracking.ofProcess();
      System.out.printf(Locale.ROOT, "a first write costs %d ns%n", kernel.firstWriteNs());
    } catch (RefusedException e) {
      System.out.printf(Locale.ROOT, "pages cannot be tracked: %s%n", e.reason());
    }
    try (Arena arena = Arena.ofShared()) {
      long bytes = (long) mebibytes << 20;
      MemorySegment state = arena.allocate(bytes, PageTracking.ALIGN_BYTES);
      MemorySegment copy = arena.allocate(bytes, PageTracking.ALIGN_BYTES);
      AllocatedBenchmark benchmark = new AllocatedBenchmark(state, copy, rounds, seed);
      benchmark.run("tracked", PageTracking::ofProcess);
      benchmark.run(
          "compared",
          () -> {
            throw new RefusedException("not wanted");
          });
    }
  }

  private void run(String how, PageWatch.Source source) {
    for (int percentage : new int[] {1, 10, 100}) {
      compare(how, percentage + " % of blocks", source, BLOCK_BYTES, percentage);
    }
    for (int percentage : new int[] {1, 10, 100}) {
      compare(how, percentage + " % of pages", source, PAGE_BYTES, percentage);
    }
    for (int percentage : new int[] {1, 10, 100}) {
      compare(how, percentage + " % together", source, TOGETHER, percentage);
    }
  }

  private void compare(
      String how, String what, PageWatch.Source source, int unitBytes, int percentage) {
    List<Double> ratios = new ArrayList<>();
    List<Double> copies = new ArrayList<>();
    long writes = 0;
    double writeNs = 0;
    double copyNs = 0;
    try (ProtectedState holder = new ProtectedState(2 * state.byteSize(), POOL_BYTES, false, 1)) {
      holder.add(Regions.allocated("state", state, state.byteSize(), source, null));
      holder.prepare();
      for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
        change(unitBytes, percentage);
        long copied = copy();
        long begin = System.nanoTime();
        Capture capture = holder.capture();
        capture.committed();
        long captured = System.nanoTime() - begin;
        if (round >= 0) {
          ratios.add((double) captured / copied);
          copies.add(copied / 1e6);
          writes += capture.firstWrites().pages();
          writeNs += capture.firstWrites().ns();
          copyNs += copied;
        }
      }
    }
    Sample blocked = new Sample(ratios);
    System.out.printf(
        Locale.ROOT,
        "%-8s %-15s copy %.1f ms; blocked %.3f (%.3f to %.3f) of it; first writes %,d, %.3f of"
            + " it%n",
        how,
        what,
        new Sample(copies).median(),
        blocked.median(),
        blocked.least(),
        blocked.most(),
        writes / rounds,
        writeNs / copyNs);
  }

  private void change(int unitBytes, int percentage) {
    if (unitBytes == TOGETHER) {
      long bytes = state.byteSize() / 100 * percentage / Long.BYTES * Long.BYTES;
      long from = random.nextLong((state.byteSize() - bytes) / Long.BYTES + 1) * Long.BYTES;
      for (long at = from; at < from + bytes; at += Long.BYTES) {
        state.set(LONG, at, state.get(LONG, at) + 1);
      }
      return;
    }
    for (long unit = 0; unit < state.byteSize(); unit += unitBytes) {
      if (random.nextInt(100) < percentage) {
        long at = unit + random.nextInt(unitBytes / Long.BYTES) * (long) Long.BYTES;
        state.set(LONG, at, state.get(LONG, at) + 1);
      }
    }
  }

  private long copy() {
    long begin = System.nanoTime();
    MemorySegment.copy(state, 0, copy, 0, state.byteSize());
    return System.nanoTime() - begin;
  }
}
