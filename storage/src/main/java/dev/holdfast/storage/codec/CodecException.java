// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.util.Locale;

/**
 * A stored block cannot be decoded: its bytes, its length or its codec byte are not what an encoder
 * writes, or zstd is not available here. The message names the codec byte, what was expected and
 * what was found. The contents of the output segment are undefined afterwards.
 */
public final class CodecException extends Exception {
  private static final long serialVersionUID = 1L;

  CodecException(String message) {
    super(message);
  }

  /** All failures of one block read alike: the codec byte, what was expected, what was found. */
  static CodecException of(int codecByte, String expected, Object found) {
    return new CodecException(
        String.format(
            Locale.ROOT,
            "block with codec byte 0x%02x: expected %s, found %s",
            codecByte,
            expected,
            found));
  }
}
