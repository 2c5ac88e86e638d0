// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The state that all keep: arrays of doubles, which change by whole blocks of 64 KiB, or by whole
 * arrays where these are smaller. All elements of a changed block get new values.
 */
final class State {
  static final int BLOCK_BYTES = 64 << 10;

  /** What the numbers are like, from which follows what a codec can do. */
  enum Kind {
    /** 63 of 64 bits random, no NaN: nothing can be saved but what has not changed. */
    INCOMPRESSIBLE("incompressible"),
    /** Two sine waves in single precision, from another place in each block. */
    SMOOTH("smooth");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static final int TURN = 1 << 16;
  private static final double[] SINE = new double[TURN];

  static {
    Arrays.setAll(SINE, i -> Math.sin(2 * Math.PI * i / TURN));
  }

  private final Kind kind;
  private final double[][] regions;
  private final int blockElements;
  private final int blocksPerRegion;
  private final SplittableRandom random;

  /** Makes a filled state of so many arrays that are as long as one another. */
  State(Kind kind, long bytes, int regionCount, long seed) {
    int elements = Math.toIntExact(bytes / Double.BYTES / regionCount);
    this.kind = kind;
    regions = new double[regionCount][elements];
    blockElements = Math.min(BLOCK_BYTES / Double.BYTES, elements);
    blocksPerRegion = Math.ceilDiv(elements, blockElements);
    random = new SplittableRandom(seed);
    change(100);
  }

  Kind kind() {
    return kind;
  }

  double[][] regions() {
    return regions;
  }

  double[][] emptyRegions() {
    return Stream.of(regions).map(region -> new double[region.length]).toArray(double[][]::new);
  }

  long bytes() {
    return (long) regions.length * regions[0].length * Double.BYTES;
  }

  int blockCount() {
    return regions.length * blocksPerRegion;
  }

  /** The array that a block lies in. */
  double[] regionOf(int block) {
    return regions[block / blocksPerRegion];
  }

  /** The first element of a block in its array. */
  int firstOf(int block) {
    return block % blocksPerRegion * blockElements;
  }

  /** How many elements a block has. */
  int lengthOf(int block) {
    return Math.min(blockElements, regions[0].length - firstOf(block));
  }

  /** Changes that share of the blocks, drawn at random; returns which. */
  BitSet change(double percent) {
    BitSet changed = new BitSet(blockCount());
    long wanted = Math.round(blockCount() * percent / 100);
    if (wanted >= blockCount()) {
      changed.set(0, blockCount());
    }
    while (changed.cardinality() < wanted) {
      changed.set(random.nextInt(blockCount()));
    }
    changed.stream().forEach(this::renew);
    return changed;
  }

  private void renew(int block) {
    double[] values = regionOf(block);
    int from = firstOf(block);
    int to = from + lengthOf(block);
    switch (kind) {
      case INCOMPRESSIBLE -> {
        for (int i = from; i < to; i++) {
          values[i] = Double.longBitsToDouble(random.nextLong() & ~(1L << 62)); // no NaN
        }
      }
      case SMOOTH -> {
        int slow = random.nextInt();
        int quick = random.nextInt();
        for (int i = from; i < to; i++) {
          values[i] = (float) (300 + 10 * sine(slow + 3 * i) + sine(quick + 17 * i));
        }
      }
    }
  }

  private static double sine(int at) {
    return SINE[at & (TURN - 1)];
  }

  /** Throws when something else came back. */
  void requireSame(String who, double[][] restored) {
    for (int r = 0; r < regions.length; r++) {
      int at = Arrays.mismatch(regions[r], restored[r]);
      if (at >= 0) {
        throw new IllegalStateException(
            "%s: region %d comes back changed at [%d]".formatted(who, r, at));
      }
    }
  }
}
