// SPDX-License-Identifier: Apache-2.0

import dev.holdfast.AppendFile;
import dev.holdfast.DoubleCell;
import dev.holdfast.Holdfast;
import dev.holdfast.Ref;
import java.util.Random;

/**
 * Metropolis sampling of a curved density in the plane. The chain is a record that every step
 * replaces: {@code ref} holds it. Two loops follow one another, each with its own name and counter;
 * the first also tunes the width of the proposals. A step takes well under a microsecond, and a
 * boundary after each of them hardly shows.
 *
 * <p>Logarithms and exponentials are {@link StrictMath}'s: the same bits on every machine, so a run
 * may even go on elsewhere.
 *
 * <p>Run: {@code MetropolisSampler [samples] [burn-in] [seed]}. Kill it, run it again: it goes on.
 */
public final class MetropolisSampler {
  private static final int BINS = 64;
  private static final double RANGE = 8; // the histogram reaches from -RANGE to RANGE
  private static final int THINNING = 1_000;
  private static final double WANTED_ACCEPTANCE = 0.234;

  /** Where the chain stands. */
  record Chain(double x, double y, double logDensity, long accepted) {}

  private MetropolisSampler() {}

  public static void main(String[] args) {
    long samples = args.length > 0 ? Long.parseLong(args[0]) : 20_000_000;
    long burnIn = args.length > 1 ? Long.parseLong(args[1]) : 2_000_000;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 42;

    Holdfast.main("metropolis", hf -> sample(hf, samples, burnIn, seed));
  }

  static void sample(Holdfast hf, long samples, long burnIn, long seed) {
    hf.parameter("burn-in", burnIn);
    hf.parameter("seed", seed);
    Random random = hf.protect("random", new Random(seed));
    Ref<Chain> chain = hf.ref("chain", new Chain(-6, 6, logDensity(-6, 6), 0));
    DoubleCell width = hf.cell("width", 1.0);
    long[][] histogram = hf.protect("histogram", new long[BINS][BINS]);
    AppendFile thinned = hf.append("samples.csv");

    for (long step : hf.steps("burn-in", burnIn)) {
      Chain before = chain.get();
      chain.set(propose(before, width.get(), random));
      double accepted = chain.get().accepted() - before.accepted();
      double gain = (accepted - WANTED_ACCEPTANCE) / Math.sqrt(step + 1.0);
      width.set(width.get() * StrictMath.exp(gain));
      report("burn-in", step);
    }
    for (long step : hf.steps("sample", samples)) {
      chain.set(propose(chain.get(), width.get(), random));
      Chain now = chain.get();
      histogram[bin(now.y())][bin(now.x())]++;
      if (step % THINNING == 0) {
        thinned.println(step + "," + now.x() + "," + now.y());
      }
      report("sample", step);
    }
    double share = (double) chain.get().accepted() / (burnIn + samples);
    System.out.println("accepted " + share + ", fullest bin " + fullest(histogram));
  }

  private static Chain propose(Chain chain, double width, Random random) {
    double x = chain.x() + width * random.nextGaussian();
    double y = chain.y() + width * random.nextGaussian();
    double logDensity = logDensity(x, y);
    boolean accept = StrictMath.log(random.nextDouble()) < logDensity - chain.logDensity();
    return accept ? new Chain(x, y, logDensity, chain.accepted() + 1) : chain;
  }

  /** A banana: a normal density bent along a parabola. */
  private static double logDensity(double x, double y) {
    double bent = y + 0.25 * x * x - 2;
    return -x * x / 8 - bent * bent / 2;
  }

  private static int bin(double value) {
    int bin = (int) Math.floor((value + RANGE) / (2 * RANGE) * BINS);
    return Math.clamp(bin, 0, BINS - 1);
  }

  private static void report(String phase, long step) {
    if ((step + 1) % 100_000 == 0) {
      System.out.println(phase + " " + (step + 1));
    }
  }

  private static long fullest(long[][] histogram) {
    long most = 0;
    for (long[] row : histogram) {
      for (long count : row) {
        most = Math.max(most, count);
      }
    }
    return most;
  }
}
