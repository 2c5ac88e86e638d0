// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;

/**
 * How much of a store is verified, and with which key.
 *
 * @param keys the key of the store, or none
 * @param depth how far into the files
 * @param threads how many check blocks at once
 * @param share which share of the blocks is read, more than 0 and at most 1; metadata is always
 *     read whole
 * @param seed decides which blocks these are
 * @param progress is told how many bytes of blocks have been read, and about how many there are; by
 *     one thread at a time
 */
public record VerifyOptions(
    Keys keys, Depth depth, int threads, double share, long seed, Progress progress) {
  /** All of it, on the caller's thread. */
  public static final VerifyOptions ALL =
      new VerifyOptions(Keys.NONE, Depth.BLOCKS, 1, 1, 0, (done, total) -> {});

  /** What is compared; each depth includes the ones before it. */
  public enum Depth {
    /** Which files there are, their lengths, headers and footers. */
    NAMES,
    /** Indexes and sections, and what the records say about each other. */
    GRAPH,
    /** Extent headers and tables, the checksums of all stored bytes, and the zeros between them. */
    CHECKSUMS,
    /** Every block, decompressed and through all its layers: the only proof that it restores. */
    BLOCKS
  }

  /** Hears how far it is. */
  public interface Progress {
    void at(long doneBytes, long totalBytes);
  }

  public VerifyOptions {
    if (threads < 1 || !(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(threads + " threads, share " + share);
    }
  }

  /** A seed that nobody has chosen, short enough to be typed. */
  public static long anySeed() {
    return Id128.random().low() >>> 40;
  }

  public VerifyOptions withKeys(Keys other) {
    return new VerifyOptions(other, depth, threads, share, seed, progress);
  }

  public VerifyOptions with(Depth other) {
    return new VerifyOptions(keys, other, threads, share, seed, progress);
  }

  public VerifyOptions withThreads(int count) {
    return new VerifyOptions(keys, depth, count, share, seed, progress);
  }

  public VerifyOptions withSample(double shareRead, long seedOfIt) {
    return new VerifyOptions(keys, depth, threads, shareRead, seedOfIt, progress);
  }

  public VerifyOptions withProgress(Progress listener) {
    return new VerifyOptions(keys, depth, threads, share, seed, listener);
  }

  boolean reaches(Depth wanted) {
    return depth.compareTo(wanted) >= 0;
  }

  /** Whether a block is among those to read; the same ones for the same seed. */
  boolean picks(long file, long entry) {
    if (share == 1) {
      return true;
    }
    long mixed = Fingerprints.mix(Fingerprints.mix(Fingerprints.mix(seed, file), entry), 1);
    return (mixed >>> 11) * 0x1p-53 < share;
  }
}
