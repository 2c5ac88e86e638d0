// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * The job whose store is frozen in {@code golden/}: regions of every kind, full versions and deltas
 * with XOR layers, an output file. It is deterministic, so that every later version of Holdfast
 * must restore exactly what it computes.
 *
 * <p>The store of a new format version is made by running this class in an empty folder with the
 * number of steps as its only argument; an existing golden store is never made again.
 */
final class GoldenJob {
  static final String NAME = "golden";
  static final long STEPS = 6;

  private static final int FIELD = 24_000;

  private GoldenJob() {}

  record Chain(double x, long accepted, String note, Phase phase) {}

  enum Phase {
    WARM,
    COLD
  }

  public static void main(String[] args) {
    long steps = Long.parseLong(args[0]);
    Holdfast.main(NAME, hf -> run(hf, steps));
  }

  private static void run(Holdfast hf, long steps) {
    hf.parameter("field", FIELD);
    double[] field = hf.protect("field", new double[FIELD]);
    float[][] jagged = hf.protect("jagged", new float[][] {{1}, {2, 3, 4}, {}});
    boolean[] mask = hf.protect("mask", new boolean[100]);
    int[] zeros = hf.protect("zeros", new int[5_000]);
    MemorySegment segment = hf.allocate("segment", 1_000, 8);
    Random random = hf.protect("random", new Random(7));
    LongCell count = hf.cell("count", 0L);
    DoubleCell time = hf.cell("time", 0.0);
    Ref<Chain> chain = hf.ref("chain", new Chain(0, 0, "begin", Phase.WARM));
    Ref<long[]> growing = hf.ref("growing", new long[3]);
    AppendFile probe = hf.append("probe.csv");
    for (int i = 0; i < FIELD; i++) {
      field[i] = Math.fma(i, 1e-3, i % 7);
    }
    hf.restore();
    while (count.get() < steps) {
      long step = count.get();
      for (int i = 0; i < 50; i++) {
        field[(int) (step * 997 + i * 13L) % FIELD] += 1e-9;
      }
      jagged[1][1] += step;
      mask[(int) step % mask.length] = true;
      segment.set(ValueLayout.JAVA_LONG, 8 * step % 1_000, step + 1);
      count.increment();
      time.add(0.5 + random.nextGaussian());
      chain.set(new Chain(time.get(), step, "step " + step, Phase.values()[(int) step % 2]));
      growing.set(Arrays.copyOf(growing.get(), 3 + (int) step * 10));
      probe.println(step + "," + time.get());
      hf.tick();
      hf.checkpoint().awaitDurable();
    }
    System.out.println(
        "state "
            + Arrays.hashCode(field)
            + " "
            + Arrays.deepHashCode(jagged)
            + " "
            + Arrays.hashCode(mask)
            + " "
            + Arrays.hashCode(zeros)
            + " "
            + Arrays.hashCode(segment.toArray(ValueLayout.JAVA_BYTE))
            + " "
            + random.nextGaussian()
            + " "
            + count
            + " "
            + time
            + " "
            + chain.get()
            + " "
            + growing.get().length);
  }
}
