// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.util.List;

/**
 * What the choice of a codec is to make least. The first level of zstd decides between filters;
 * another one is taken when it is better by more than a little.
 */
public sealed interface Aim {
  /** The levels of zstd to try, the first with every filter. */
  List<Integer> levels();

  /** What a sample costs that is stored as it is. */
  double costOfRaw(long rawBytes);

  /**
   * What an encoded sample costs.
   *
   * @param encodingNs how long one thread has encoded it
   */
  double cost(long storedBytes, long encodingNs);

  /** Whether it matters how long encoding takes. */
  boolean timed();

  /** Stored bytes. */
  record Bytes(List<Integer> levels) implements Aim {
    public Bytes {
      levels = List.copyOf(levels);
    }

    @Override
    public double costOfRaw(long rawBytes) {
      return rawBytes;
    }

    @Override
    public double cost(long storedBytes, long encodingNs) {
      return storedBytes;
    }

    @Override
    public boolean timed() {
      return false;
    }
  }

  /**
   * The time until bytes are durable. Encoding and writing go on at once, so it is the slower one
   * that counts; a part of the faster one is added, because no stage hides the other whole, and
   * what a version does not use of processors or disk others will.
   *
   * @param diskBytesPerSecond what the disk takes
   * @param threads how many encode at once
   */
  record Time(double diskBytesPerSecond, int threads) implements Aim {
    /** Fast, faster still, and two for disks that are slow. */
    private static final List<Integer> LEVELS = List.of(1, -4, 3, 6);

    private static final double HIDDEN_SHARE = 0.25;
    private static final double NS = 1e9;

    @Override
    public List<Integer> levels() {
      return LEVELS;
    }

    @Override
    public double costOfRaw(long rawBytes) {
      return cost(rawBytes, 0);
    }

    @Override
    public double cost(long storedBytes, long encodingNs) {
      double writing = NS * storedBytes / diskBytesPerSecond;
      double encoding = (double) encodingNs / threads;
      return Math.max(writing, encoding) + HIDDEN_SHARE * Math.min(writing, encoding);
    }

    @Override
    public boolean timed() {
      return true;
    }
  }
}
