// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

/** What happens to a block between memory and file; the low nibble of the codec byte. */
public enum Pipeline {
  /** Stored as it is. */
  RAW(0, 0, false, false),
  /** All bytes are zero; nothing is stored. */
  ZERO(1, 0, false, false),
  /** One zstd frame. */
  ZSTD(2, 0, false, true),
  /** Byte planes, then zstd. */
  SHUFFLE_ZSTD(3, 0, true, true),
  /** Folded first differences, byte planes, zstd. */
  DELTA_SHUFFLE_ZSTD(4, 1, true, true),
  /** Folded second differences (linear prediction), byte planes, zstd. */
  DELTA2_SHUFFLE_ZSTD(5, 2, true, true);

  private final int code;
  private final int differences;
  private final boolean filtered;
  private final boolean zstd;

  Pipeline(int code, int differences, boolean filtered, boolean zstd) {
    this.code = code;
    this.differences = differences;
    this.filtered = filtered;
    this.zstd = zstd;
  }

  /** The value of the low nibble, 0 to 5; frozen by the format. */
  public int code() {
    return code;
  }

  /** How many times the difference to the previous element is taken: 0, 1 or 2. */
  int differences() {
    return differences;
  }

  boolean filtered() {
    return filtered;
  }

  boolean zstd() {
    return zstd;
  }
}
