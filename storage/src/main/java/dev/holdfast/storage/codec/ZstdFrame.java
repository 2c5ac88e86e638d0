// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Admits exactly the zstd frames that an encoder writes (RFC 8878, 3.1.1): one frame, with its
 * content size, without dictionary and without zstd's own checksum, and nothing before or after it.
 *
 * <p>The header is read here rather than by the library so that the library never sees skippable
 * frames, frames of old formats, or a size it would trust.
 */
final class ZstdFrame {
  private static final int MAGIC = 0xFD2FB528;
  private static final ValueLayout.OfInt INT_LE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Bits of the frame header descriptor. */
  private static final int DICTIONARY_OR_RESERVED_OR_CHECKSUM = 0b0000_1111;

  private static final int SINGLE_SEGMENT = 0b0010_0000;

  private ZstdFrame() {}

  /**
   * Refuses whatever is not one whole frame of {@code rawBytes} bytes of content.
   *
   * @param view {@code stored} as a direct buffer
   */
  static void check(int codecByte, MemorySegment stored, ByteBuffer view, long rawBytes)
      throws CodecException {
    long contentBytes = contentBytes(codecByte, stored);
    if (contentBytes != rawBytes) {
      throw CodecException.of(codecByte, "a frame of " + rawBytes + " content bytes", contentBytes);
    }
    int storedBytes = view.limit();
    long frameBytes = Zstd.findDirectByteBufferFrameCompressedSize(view, 0, storedBytes);
    if (Zstd.isError(frameBytes)) {
      throw CodecException.of(codecByte, "one whole frame", Zstd.getErrorName(frameBytes));
    }
    if (frameBytes != storedBytes) {
      throw CodecException.of(
          codecByte, "one frame of " + storedBytes + " stored bytes", frameBytes);
    }
  }

  private static long contentBytes(int codecByte, MemorySegment stored) throws CodecException {
    long storedBytes = stored.byteSize();
    if (storedBytes < 6) {
      throw CodecException.of(codecByte, "at least 6 stored bytes of a zstd frame", storedBytes);
    }
    int magic = stored.get(INT_LE, 0);
    if (magic != MAGIC) {
      throw CodecException.of(
          codecByte, "the magic of a zstd frame", "0x" + Integer.toHexString(magic));
    }
    int descriptor = stored.get(ValueLayout.JAVA_BYTE, 4) & 0xFF;
    if ((descriptor & DICTIONARY_OR_RESERVED_OR_CHECKSUM) != 0) {
      throw CodecException.of(
          codecByte, "a frame without dictionary and checksum", "descriptor " + descriptor);
    }
    boolean single = (descriptor & SINGLE_SEGMENT) != 0;
    int sizeCode = descriptor >>> 6;
    if (sizeCode == 0 && !single) {
      throw CodecException.of(codecByte, "a frame with content size", "descriptor " + descriptor);
    }
    int fieldBytes = 1 << sizeCode;
    int at = single ? 5 : 6;
    if (storedBytes < at + fieldBytes) {
      throw CodecException.of(
          codecByte, "a frame header of " + (at + fieldBytes) + " bytes", storedBytes);
    }
    long value = 0;
    for (int i = fieldBytes - 1; i >= 0; i--) {
      value = value << 8 | (stored.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF);
    }
    return sizeCode == 1 ? value + 256 : value;
  }
}
