// SPDX-License-Identifier: Apache-2.0

import dev.holdfast.AppendFile;
import dev.holdfast.Holdfast;
import dev.holdfast.Ref;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Heat spreading over a square plate, with sparks at random places. Two buffers are swapped after
 * every step, so the field is a variable that is assigned: {@code ref}. The generator's state
 * matters to the bit, and probe.csv must hold every step once.
 *
 * <p>Run: {@code HeatDiffusion [size] [steps] [seed] [milliseconds to rest after each step]}. Kill
 * it, run it again: it goes on.
 */
public final class HeatDiffusion {
  private static final double CONDUCTIVITY = 0.2;
  private static final int SPARKS = 4;

  private HeatDiffusion() {}

  public static void main(String[] args) {
    int size = args.length > 0 ? Integer.parseInt(args[0]) : 512;
    long steps = args.length > 1 ? Long.parseLong(args[1]) : 2_000;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 42;

    long restMs = args.length > 3 ? Long.parseLong(args[3]) : 0;

    Holdfast.main("heat", hf -> simulate(hf, size, steps, seed, restMs));
  }

  static void simulate(Holdfast hf, int size, long steps, long seed, long restMs) {
    hf.parameter("size", size);
    hf.parameter("seed", seed);
    Ref<double[]> field = hf.ref("field", plate(size));
    var random = hf.protect("random", RandomSource.XO_RO_SHI_RO_128_PP.create(seed));
    AppendFile probe = hf.append("probe.csv");
    double[] next = new double[size * size]; // scratch: every step overwrites it
    long every = Math.max(1, steps / 1_000);

    for (long step : hf.steps(steps)) {
      double[] now = field.get();
      spark(now, random);
      diffuse(now, next, size);
      field.set(next);
      next = now;
      probe.println(step + "," + field.get()[size * size / 2 + size / 2]);
      if (step % every == 0) {
        System.out.println("step " + step);
      }
      LockSupport.parkNanos(restMs * 1_000_000); // to watch it at leisure
    }
    System.out.println("mean temperature " + mean(field.get()));
  }

  /** A plate whose left half is hot. */
  private static double[] plate(int size) {
    double[] field = new double[size * size];
    for (int i = 0; i < field.length; i++) {
      field[i] = i % size < size / 2 ? 100 : 20;
    }
    return field;
  }

  private static void spark(double[] field, UniformRandomProvider random) {
    for (int i = 0; i < SPARKS; i++) {
      field[random.nextInt(field.length)] += 50 * random.nextDouble();
    }
  }

  private static void diffuse(double[] from, double[] to, int size) {
    System.arraycopy(from, 0, to, 0, size);
    System.arraycopy(from, from.length - size, to, from.length - size, size);
    for (int row = 1; row < size - 1; row++) {
      int start = row * size;
      to[start] = from[start];
      to[start + size - 1] = from[start + size - 1];
      for (int i = start + 1; i < start + size - 1; i++) {
        to[i] =
            from[i]
                + CONDUCTIVITY
                    * (from[i - 1] + from[i + 1] + from[i - size] + from[i + size] - 4 * from[i]);
      }
    }
  }

  private static double mean(double[] field) {
    double sum = 0;
    for (double value : field) {
      sum += value;
    }
    return sum / field.length;
  }
}
