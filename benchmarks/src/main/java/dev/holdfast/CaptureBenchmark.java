// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.benchmarks.Sample;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How long the loop is blocked by a capture, as a multiple of a plain copy of the same state to
 * native memory, both measured in turn in one run: capture and commit of a heap {@code double[]} in
 * which one element of 1 %, 10 % or 100 % of the 64 KiB blocks has changed, at random places.
 *
 * <p>Arguments: the state in MiB (512), rounds (9), seed (1). The heap must hold the array.
 */
public final class CaptureBenchmark {
  private static final int BLOCK_ELEMENTS = (64 << 10) / Double.BYTES;
  private static final long POOL_BYTES = 64L << 20;
  private static final int WARMUP_ROUNDS = 2;
  private static final int[] PERCENTAGES = {1, 10, 100};

  /** Stands for a change of every element. */
  private static final int EVERYTHING = 1000;

  private final double[] state;
  private final DeclaredChanges changes = new DeclaredChanges();
  private final int rounds;
  private final SplittableRandom random;
  private boolean declared;

  private CaptureBenchmark(int mebibytes, int rounds, long seed) {
    state = new double[mebibytes << 17];
    this.rounds = rounds;
    random = new SplittableRandom(seed);
    for (int i = 0; i < state.length; i++) {
      state[i] = random.nextDouble();
    }
  }

  public static void main(String[] args) {
    int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 512;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 1;
    System.out.printf(Locale.ROOT, "state %d MiB, %d rounds, seed %d%n", mebibytes, rounds, seed);
    CaptureBenchmark benchmark = new CaptureBenchmark(mebibytes, rounds, seed);
    int processors = Runtime.getRuntime().availableProcessors();
    benchmark.run("double[], one thread", Regions.protect("state", benchmark.state), 1);
    benchmark.run(
        "double[], " + processors + " threads",
        Regions.protect("state", benchmark.state),
        processors);
    benchmark.declared = true;
    benchmark.run(
        "double[], changes declared",
        Regions.protect("state", benchmark.state, benchmark.changes),
        1);
  }

  private void run(String what, Region region, int threads) {
    long bytes = (long) state.length * Double.BYTES;
    try (Arena arena = Arena.ofShared();
        ProtectedState holder = new ProtectedState(2 * bytes, POOL_BYTES, false, threads)) {
      MemorySegment copy = arena.allocate(bytes, 4096);
      holder.add(region);
      holder.prepare();
      System.out.printf(
          Locale.ROOT,
          "%s, first capture %.1f ms, shadow %d MiB%n",
          what,
          capture(holder) / 1e6,
          holder.shadowBytes() >> 20);
      for (int percentage : PERCENTAGES) {
        compare(percentage + " % of blocks", percentage, holder, copy);
      }
      compare("all elements", EVERYTHING, holder, copy);
    }
  }

  private void compare(String what, int percentage, ProtectedState holder, MemorySegment copy) {
    List<Double> copies = new ArrayList<>();
    List<Double> blockCopies = new ArrayList<>();
    List<Double> captures = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
      change(percentage);
      double copied = copy(copy, copy.byteSize()) / 1e6;
      double captured = capture(holder) / 1e6;
      double copiedByBlocks = copy(copy, BLOCK_ELEMENTS * Double.BYTES) / 1e6;
      if (round >= 0) {
        copies.add(copied);
        captures.add(captured);
        blockCopies.add(copiedByBlocks);
        ratios.add(captured / copied);
      }
    }
    double captureMs = new Sample(captures).median();
    double blockCopyMs = new Sample(blockCopies).median();
    Sample ratio = new Sample(ratios);
    System.out.printf(
        Locale.ROOT,
        "%-15s changed: copy %.1f ms, capture %.1f ms, ratio %.2f (%.2f to %.2f);"
            + " copy by blocks %.1f ms, ratio %.2f%n",
        what,
        new Sample(copies).median(),
        captureMs,
        ratio.median(),
        ratio.least(),
        ratio.most(),
        blockCopyMs,
        captureMs / blockCopyMs);
  }

  private void change(int percentage) {
    if (percentage == EVERYTHING) {
      for (int i = 0; i < state.length; i++) {
        state[i] += 1;
      }
      touch(0, state.length);
      return;
    }
    for (int block = 0; block < state.length / BLOCK_ELEMENTS; block++) {
      if (random.nextInt(100) < percentage) {
        int element = block * BLOCK_ELEMENTS + random.nextInt(BLOCK_ELEMENTS);
        state[element] += 1;
        touch(element, element + 1);
      }
    }
  }

  private void touch(int from, int to) {
    if (declared) {
      changes.touched(from, to);
    }
  }

  private long copy(MemorySegment copy, long bytesPerCall) {
    MemorySegment live = MemorySegment.ofArray(state);
    long begin = System.nanoTime();
    for (long at = 0; at < copy.byteSize(); at += bytesPerCall) {
      MemorySegment.copy(live, at, copy, at, bytesPerCall);
    }
    return System.nanoTime() - begin;
  }

  private static long capture(ProtectedState holder) {
    long begin = System.nanoTime();
    holder.capture().committed();
    return System.nanoTime() - begin;
  }
}
