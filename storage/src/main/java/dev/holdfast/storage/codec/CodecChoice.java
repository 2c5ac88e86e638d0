// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

/**
 * How the blocks of one region are to be encoded.
 *
 * @param codec the pipeline to try and the element width; a block it does not pay for is stored raw
 *     all the same, and a block of zeros as {@link Pipeline#ZERO}
 * @param zstdLevel -7 (fastest) to 22 (smallest); 0 means zstd's own default, as in zstd
 */
public record CodecChoice(Codec codec, int zstdLevel) {
  /** Level 1: the disk, not the filter, should be what a checkpoint waits for. */
  public static final int DEFAULT_ZSTD_LEVEL = 1;

  static final int ZSTD_LEVEL_MIN = -7;
  static final int ZSTD_LEVEL_MAX = 22;

  /** Refuses unknown levels, and ZERO, which is a property of a block and never a choice. */
  public CodecChoice {
    if (codec.pipeline() == Pipeline.ZERO) {
      throw new IllegalArgumentException(
          "ZERO cannot be chosen for a region; choose RAW or a zstd pipeline, zero blocks become"
              + " ZERO by themselves");
    }
    requireLevel(zstdLevel);
  }

  /** The choice of {@code pipeline} for elements of {@code elementWidthBytes} at a zstd level. */
  public static CodecChoice of(Pipeline pipeline, int elementWidthBytes, int zstdLevel) {
    return new CodecChoice(Codec.of(pipeline, elementWidthBytes), zstdLevel);
  }

  /** Whether blocks are compressed, where zstd is available. */
  public boolean compresses() {
    return codec.pipeline().zstd();
  }

  private static void requireLevel(int zstdLevel) {
    if (zstdLevel < ZSTD_LEVEL_MIN || zstdLevel > ZSTD_LEVEL_MAX) {
      throw new IllegalArgumentException(
          "zstd level is " + zstdLevel + "; use " + ZSTD_LEVEL_MIN + " to " + ZSTD_LEVEL_MAX);
    }
  }
}
