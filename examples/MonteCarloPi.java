// SPDX-License-Identifier: Apache-2.0

import dev.holdfast.Holdfast;
import dev.holdfast.LongCell;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/**
 * Pi by throwing points at a square, many threads at a time. Each step hands its work to a pool and
 * waits for all of it; only then the loop's own thread adds the counts to what is protected. So no
 * other thread writes protected state while a boundary captures it.
 *
 * <p>Every task makes its own generator from the seed, the step and its place in the step. It lives
 * no longer than the step, need not be protected, and the result does not depend on which thread
 * did what, nor on how many there are.
 *
 * <p>Run: {@code MonteCarloPi [steps] [points per step] [seed]}. Kill it, run it again: it goes on.
 */
public final class MonteCarloPi {
  private static final int TASKS = 16;

  private MonteCarloPi() {}

  public static void main(String[] args) {
    long steps = args.length > 0 ? Long.parseLong(args[0]) : 1_000;
    long points = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 42;

    Holdfast.main("pi", hf -> throwPoints(hf, steps, points / TASKS, seed));
  }

  static void throwPoints(Holdfast hf, long steps, long pointsPerTask, long seed) {
    hf.parameter("points per task", pointsPerTask);
    hf.parameter("seed", seed);
    long[] inside = hf.protect("inside", new long[TASKS]);
    LongCell thrown = hf.cell("thrown", 0L);

    try (ForkJoinPool pool = new ForkJoinPool()) {
      for (long step : hf.steps(steps)) {
        List<ForkJoinTask<Long>> tasks = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
          long itsSeed = mix(mix(seed, step), task);
          tasks.add(pool.submit(() -> countInside(itsSeed, pointsPerTask)));
        }
        for (int task = 0; task < TASKS; task++) {
          inside[task] += tasks.get(task).join();
        }
        thrown.add(TASKS * pointsPerTask);
        if ((step + 1) % 10 == 0) {
          System.out.println("step " + (step + 1) + ": " + estimate(inside, thrown.get()));
        }
      }
    }
    System.out.println("pi is about " + estimate(inside, thrown.get()));
  }

  private static long countInside(long seed, long points) {
    SplittableRandom random = new SplittableRandom(seed);
    long inside = 0;
    for (long i = 0; i < points; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      if (x * x + y * y < 1) {
        inside++;
      }
    }
    return inside;
  }

  /** The estimate and its standard error, from how far the tasks are apart. */
  private static String estimate(long[] inside, long thrown) {
    double perTask = (double) thrown / TASKS;
    double sum = 0;
    double squares = 0;
    for (long count : inside) {
      double pi = 4 * count / perTask;
      sum += pi;
      squares += pi * pi;
    }
    double mean = sum / TASKS;
    double variance = Math.max(0, squares / TASKS - mean * mean) / (TASKS - 1);
    return mean + " +- " + Math.sqrt(variance);
  }

  /** A seed that is far from those of the neighbours (the finalizer of SplitMix64). */
  private static long mix(long seed, long index) {
    long z = seed + (index + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
