// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.util.Locale;

/**
 * The codec byte of a stored block, taken apart.
 *
 * @param pipeline the low nibble
 * @param elementWidthLog2 the high nibble: log2 of the element width in bytes, 0 to 3
 */
public record Codec(Pipeline pipeline, int elementWidthLog2) {
  /** The largest block in bytes (4 MiB); the smallest is 1. */
  public static final int BLOCK_BYTES_MAX = 1 << 22;

  /** The widest element has 2^3 = 8 bytes. */
  static final int ELEMENT_WIDTH_LOG2_MAX = 3;

  private static final Pipeline[] BY_CODE = Pipeline.values();

  /** Refuses widths that are not 1, 2, 4 or 8 bytes. */
  public Codec {
    if (elementWidthLog2 < 0 || elementWidthLog2 > ELEMENT_WIDTH_LOG2_MAX) {
      throw new IllegalArgumentException(
          "elementWidthLog2 is " + elementWidthLog2 + "; use 0 to " + ELEMENT_WIDTH_LOG2_MAX);
    }
  }

  /**
   * A codec for elements of {@code elementWidthBytes} bytes.
   *
   * @throws IllegalArgumentException if the width is not 1, 2, 4 or 8
   */
  public static Codec of(Pipeline pipeline, int elementWidthBytes) {
    if (Integer.bitCount(elementWidthBytes) != 1 || elementWidthBytes > 8) {
      throw new IllegalArgumentException(
          "element width is " + elementWidthBytes + " bytes; use 1, 2, 4 or 8");
    }
    return new Codec(pipeline, Integer.numberOfTrailingZeros(elementWidthBytes));
  }

  /**
   * Takes a codec byte apart.
   *
   * @param codecByte the byte as an unsigned value, 0 to 255
   * @throws CodecException if no version of the format this code knows writes such a byte
   */
  public static Codec parse(int codecByte) throws CodecException {
    int code = codecByte & 0xF;
    int widthLog2 = codecByte >>> 4;
    if (code >= BY_CODE.length || widthLog2 > ELEMENT_WIDTH_LOG2_MAX) {
      throw new CodecException(
          String.format(
              Locale.ROOT,
              "unknown codec byte 0x%02x: expected a pipeline (low nibble) of 0 to %d and a width"
                  + " (high nibble) of 0 to %d, found %d and %d; a newer Holdfast may know it",
              codecByte,
              BY_CODE.length - 1,
              ELEMENT_WIDTH_LOG2_MAX,
              code,
              widthLog2));
    }
    return new Codec(BY_CODE[code], widthLog2);
  }

  /** The codec byte as an unsigned value. */
  public int toByte() {
    return elementWidthLog2 << 4 | pipeline.code();
  }

  int elementWidthBytes() {
    return 1 << elementWidthLog2;
  }

  Codec with(Pipeline other) {
    return new Codec(other, elementWidthLog2);
  }
}
