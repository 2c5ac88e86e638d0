// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.util.List;

/**
 * The description of a region as a version holds it.
 *
 * @param name unique within a version, 1 to 255 bytes of UTF-8 without control characters
 * @param kind what it is to the program
 * @param elementType the type of its elements
 * @param typeName the Java type in words, such as {@code double[][]}; compared at restart
 * @param shape up to 8 extents, in elements; empty for opaque bytes
 * @param sizeBytes total size, 0 or more
 * @param blockLog2 log2 of the block size in bytes, 12 to 22
 * @param mappable whether raw blocks are aligned so that they can be mapped
 */
public record RegionSchema(
    String name,
    RegionKind kind,
    ElementType elementType,
    String typeName,
    List<Long> shape,
    long sizeBytes,
    int blockLog2,
    boolean mappable) {
  public static final int BLOCK_LOG2_MIN = 12;
  public static final int BLOCK_LOG2_DEFAULT = 16;
  public static final int BLOCK_LOG2_MAX = 22;

  /** The block count up to which a region keeps the default block size. */
  private static final long BLOCKS_WANTED_MAX = 1L << 18;

  public RegionSchema {
    shape = List.copyOf(shape);
    if (sizeBytes < 0 || blockLog2 < BLOCK_LOG2_MIN || blockLog2 > BLOCK_LOG2_MAX) {
      throw new IllegalArgumentException(
          "region " + name + ": size " + sizeBytes + " B, block log2 " + blockLog2);
    }
    if (shape.size() > 8) {
      throw new IllegalArgumentException(
          "region " + name + " has " + shape.size() + " dimensions; at most 8 are supported");
    }
  }

  /** The block size for a region of this size: 64 KiB, doubled until 2^18 blocks suffice. */
  public static int blockLog2For(long sizeBytes) {
    int log2 = BLOCK_LOG2_DEFAULT;
    while (log2 < BLOCK_LOG2_MAX && (sizeBytes >>> log2) >= BLOCKS_WANTED_MAX) {
      log2++;
    }
    return log2;
  }

  public int blockSizeBytes() {
    return 1 << blockLog2;
  }

  /** The number of blocks; 0 for an empty region. */
  public int blockCount() {
    return Math.toIntExact((sizeBytes + blockSizeBytes() - 1) >>> blockLog2);
  }

  /** The length in bytes of one block: the block size, less for the last. */
  public int blockLengthBytes(int block) {
    long start = (long) block << blockLog2;
    return (int) Math.min(blockSizeBytes(), sizeBytes - start);
  }
}
