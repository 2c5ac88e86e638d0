// SPDX-License-Identifier: Apache-2.0

import dev.holdfast.DoubleCell;
import dev.holdfast.Holdfast;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Grains that rain into a box, fall and bounce. The fastest grain decides how long a time step may
 * be, so nobody knows the number of steps: a while-loop, with {@code restore} before it and {@code
 * tick} after every step. The grains are arrays that grow from 1,000 to 50,000: fields that are
 * assigned, declared with {@code bind} in the constructor of the class that owns them.
 *
 * <p>Run: {@code Particles [end] [inflow] [seed]}. Kill it, run it again: it goes on. A later end
 * continues a finished run.
 */
public final class Particles {
  private static final double END = 10;
  private static final double INFLOW = 4_900; // grains per unit of time

  private Particles() {}

  public static void main(String[] args) {
    double end = args.length > 0 ? Double.parseDouble(args[0]) : END;
    double inflow = args.length > 1 ? Double.parseDouble(args[1]) : INFLOW;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 42;

    Holdfast.main("particles", hf -> simulate(hf, end, inflow, seed));
  }

  static void simulate(Holdfast hf, double end, double inflow, long seed) {
    hf.parameter("inflow", inflow);
    hf.parameter("seed", seed);
    var random = hf.protect("random", RandomSource.XO_SHI_RO_256_PP.create(seed));
    DoubleCell time = hf.cell("time", 0.0);
    Grains grains = new Grains(hf.scope("grains"));

    long step = hf.restore();
    while (time.get() < end) {
      grains.growTo(1_000 + (int) (inflow * time.get()), random);
      double dt = grains.longestStep();
      grains.move(dt, random);
      time.add(dt);
      step++;
      if (step % 20 == 0) {
        System.out.printf(
            Locale.ROOT, "step %d: time %.4f, %d grains%n", step, time.get(), grains.count());
      }
      hf.tick();
    }
    System.out.println(
        "after " + step + " steps: " + grains.count() + " grains, energy " + grains.energy());
  }

  /** Positions in the unit box and velocities, one entry for each grain. */
  private static final class Grains {
    private static final double GRAVITY = 1;
    private static final double BOUNCE = 0.8;
    private static final double KICK = 0.05;

    private double[] x = new double[0];
    private double[] y = new double[0];
    private double[] vx = new double[0];
    private double[] vy = new double[0];

    Grains(Holdfast hf) {
      hf.bind("x", () -> x, restored -> x = restored);
      hf.bind("y", () -> y, restored -> y = restored);
      hf.bind("vx", () -> vx, restored -> vx = restored);
      hf.bind("vy", () -> vy, restored -> vy = restored);
    }

    int count() {
      return x.length;
    }

    /** Lets grains in at random places along the lid. */
    void growTo(int wanted, UniformRandomProvider random) {
      int before = count();
      if (wanted <= before) {
        return;
      }
      x = Arrays.copyOf(x, wanted);
      y = Arrays.copyOf(y, wanted);
      vx = Arrays.copyOf(vx, wanted);
      vy = Arrays.copyOf(vy, wanted);
      for (int i = before; i < wanted; i++) {
        x[i] = random.nextDouble();
        y[i] = 1;
        vx[i] = random.nextDouble(-0.5, 0.5);
      }
    }

    /** The time step in which the fastest grain crosses a hundredth of the box. */
    double longestStep() {
      double fastest = 0.5;
      for (int i = 0; i < x.length; i++) {
        fastest = Math.max(fastest, Math.max(Math.abs(vx[i]), Math.abs(vy[i])));
      }
      return 0.01 / fastest;
    }

    void move(double dt, UniformRandomProvider random) {
      for (int i = 0; i < x.length; i++) {
        vx[i] += KICK * dt * (random.nextDouble() - 0.5);
        vy[i] -= GRAVITY * dt;
        x[i] += vx[i] * dt;
        y[i] += vy[i] * dt;
        if (x[i] < 0 || x[i] > 1) {
          x[i] = x[i] < 0 ? -x[i] : 2 - x[i];
          vx[i] = -BOUNCE * vx[i];
        }
        if (y[i] < 0) {
          y[i] = -y[i];
          vy[i] = -BOUNCE * vy[i];
        }
      }
    }

    double energy() {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += GRAVITY * y[i] + (vx[i] * vx[i] + vy[i] * vy[i]) / 2;
      }
      return sum;
    }
  }
}
