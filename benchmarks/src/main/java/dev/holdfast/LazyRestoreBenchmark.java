// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.benchmarks.Folders;
import dev.holdfast.benchmarks.Sample;
import dev.holdfast.policy.CheckpointPolicy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How long a restart takes that maps the state, beside one that reads it: until the loop begins, to
 * touch a thousand pages of it then, and until the next version is durable, which waits for what
 * was mapped to be verified. Random bits; the file is in the page cache.
 *
 * <p>Run with {@code java -Xmx1g --enable-native-access=ALL-UNNAMED -cp
 * benchmarks/target/benchmarks.jar dev.holdfast.LazyRestoreBenchmark [MiB] [rounds] [FOLDER]}.
 */
final class LazyRestoreBenchmark {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int TOUCHES = 1_000;

  /** A multiple of the size of a page; steps of it visit pages all over the state. */
  private static final long STRIDE = 7_919L * 4_096;

  private final Path store;
  private final long bytes;

  /** What one restart took, in milliseconds. */
  private record Took(double beginMs, double touchMs, double durableMs) {}

  /** Ends an attempt as a crash would. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private LazyRestoreBenchmark(Path store, long bytes) {
    this.store = store;
    this.bytes = bytes;
  }

  public static void main(String[] args) throws Exception {
    int mebibytes = args.length > 0 ? Integer.parseInt(args[0]) : 512;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    Path folder =
        args.length > 2
            ? Files.createTempDirectory(Path.of(args[2]), "lazy")
            : Files.createTempDirectory("lazy");
    System.out.printf(Locale.ROOT, "state %d MiB, %d rounds%n", mebibytes, rounds);
    try {
      var benchmark =
          new LazyRestoreBenchmark(folder.resolve("lazy.holdfast"), (long) mebibytes << 20);
      benchmark.attempt(true);
      List<Took> lazy = new ArrayList<>();
      List<Took> whole = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        lazy.add(benchmark.attempt(true));
        whole.add(benchmark.attempt(false));
      }
      print("mapped", lazy);
      print("read", whole);
    } finally {
      Folders.delete(folder);
    }
  }

  private Took attempt(boolean lazy) throws Exception {
    List<Took> took = new ArrayList<>();
    long opened = System.nanoTime();
    try {
      Holdfast.job("lazy")
          .store(store)
          .lazyRestore(lazy)
          .policy(CheckpointPolicy.fixed(Duration.ofHours(1)))
          .run(hf -> {
            MemorySegment state = hf.allocate("state", bytes, Long.BYTES);
            boolean first = hf.restore() == 0;
            double beginMs = since(opened);
            long begun = System.nanoTime();
            if (first) {
              fill(state);
            } else {
              touch(state);
            }
            double touchMs = since(begun);
            hf.tick();
            hf.checkpoint().awaitDurable();
            took.add(new Took(beginMs, touchMs, since(begun)));
            throw new Crash();
          });
    } catch (Crash e) {
      return took.getFirst();
    }
    throw new IllegalStateException("the attempt did not crash");
  }

  private static double since(long ns) {
    return (System.nanoTime() - ns) / 1e6;
  }

  private void fill(MemorySegment state) {
    SplittableRandom random = new SplittableRandom(1);
    for (long at = 0; at < bytes; at += Long.BYTES) {
      state.set(LONG, at, random.nextLong());
    }
  }

  private void touch(MemorySegment state) {
    long sum = 0;
    for (int i = 1; i <= TOUCHES; i++) {
      sum += state.get(LONG, i * STRIDE % bytes);
    }
    state.set(LONG, 0, sum);
  }

  private static void print(String how, List<Took> all) {
    Sample begin = sample(all, Took::beginMs);
    System.out.printf(
        Locale.ROOT,
        "%-7s loop begins after %7.1f ms (%.1f to %.1f), %d touches %6.1f ms,"
            + " next version durable after %7.1f ms%n",
        how,
        begin.median(),
        begin.least(),
        begin.most(),
        TOUCHES,
        sample(all, Took::touchMs).median(),
        sample(all, Took::durableMs).median());
  }

  private static Sample sample(List<Took> all, ToDoubleFunction<Took> value) {
    return new Sample(all.stream().mapToDouble(value).toArray());
  }
}
