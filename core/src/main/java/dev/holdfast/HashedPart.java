// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One stored region without a shadow: a hash for each block tells whether it has changed, and what
 * is stored is read from the program's own memory, which must stand still meanwhile.
 *
 * <p>A hash is half of a SHA-256, which processors compute at the speed of a disk: two blocks that
 * differ have the same one with a probability of 2^-128, less than any memory's of failing. As in
 * {@link TrackedPart} a block is owed from the capture that finds it changed until a version that
 * holds it is committed.
 */
final class HashedPart implements RegionSource {
  private static final int HASH_BYTES = 16;

  private final Part part;
  private final Scratch scratch;
  private final MessageDigest sha256;
  private @Nullable RegionSchema schema;

  /** Of the blocks as they were captured last; the first {@link #known} of them. */
  private byte[] hashes = {};

  private int known;
  private boolean[] owed = {};
  private byte[] bytes = {};

  HashedPart(Part part, Scratch scratch) {
    this.part = part;
    this.scratch = scratch;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has it", e);
    }
  }

  @Override
  public RegionSchema schema() {
    return part.schema();
  }

  /** Finds the blocks that have changed. */
  void capture() {
    resize();
    for (int b = 0; b < owed.length; b++) {
      byte[] hash = hash(b);
      int at = b * HASH_BYTES;
      if (b >= known || !Arrays.equals(hashes, at, at + HASH_BYTES, hash, 0, HASH_BYTES)) {
        owed[b] = true;
        System.arraycopy(hash, 0, hashes, at, HASH_BYTES);
      }
    }
    known = owed.length;
  }

  /** The program has been filled from a version that has blocks of the same size: none is owed. */
  void restored() {
    capture();
    Arrays.fill(owed, false);
  }

  /** Nothing is known any more. */
  void forget() {
    known = 0;
  }

  private void resize() {
    RegionSchema now = part.schema();
    RegionSchema before = schema;
    if (before != null && before.equals(now)) {
      return;
    }
    if (before == null || before.blockLog2() != now.blockLog2()) {
      known = 0;
    }
    schema = now;
    int blocks = now.blockCount();
    known = Math.min(known, blocks);
    hashes = Arrays.copyOf(hashes, Math.multiplyExact(blocks, HASH_BYTES));
    owed = Arrays.copyOf(owed, blocks);
    Arrays.fill(owed, known, blocks, true);
  }

  private byte[] hash(int block) {
    int length = schema().blockLengthBytes(block);
    if (bytes.length < length) {
      bytes = new byte[schema().blockSizeBytes()];
    }
    copyInto(MemorySegment.ofArray(bytes), block, length);
    sha256.update(bytes, 0, length);
    return sha256.digest();
  }

  private void copyInto(MemorySegment copy, int block, int length) {
    long offset = (long) block << schema().blockLog2();
    MemorySegment live = part.window(offset, length);
    MemorySegment.copy(live, part.windowStart(offset), copy, 0, length);
  }

  long owedBytes() {
    long sum = 0;
    for (int b = 0; b < owed.length; b++) {
      sum += owed[b] ? schema().blockLengthBytes(b) : 0;
    }
    return sum;
  }

  /** A version holds every block that was owed. */
  void committed() {
    Arrays.fill(owed, false);
  }

  @Override
  public boolean changed(int block) {
    return owed[block];
  }

  @Override
  public MemorySegment block(int block) {
    int length = schema().blockLengthBytes(block);
    MemorySegment copy = scratch.segment(length);
    copyInto(copy, block, length);
    return copy;
  }

  @Override
  public @Nullable MemorySegment committed(int block) {
    return null;
  }
}
