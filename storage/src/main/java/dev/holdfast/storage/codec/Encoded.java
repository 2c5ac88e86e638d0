// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import java.lang.foreign.MemorySegment;

/**
 * One encoded block.
 *
 * @param codec pipeline and width; {@link Codec#toByte()} is what the index records
 * @param stored the bytes to store; they belong to the encoder, or are the raw block itself, and
 *     hold only until the next call of the encoder or the next change of the raw block
 * @param crc32c CRC32C of the stored bytes
 * @param crc32Raw CRC32 (zlib polynomial) of the raw block, before any XOR
 */
public record Encoded(Codec codec, MemorySegment stored, int crc32c, int crc32Raw) {

  /** Number of bytes to store; 0 for a block of zeros. */
  public int storedBytes() {
    return (int) stored.byteSize();
  }

  /** The codec byte, unsigned. */
  public int codecByte() {
    return codec.toByte();
  }

  /** False if the block had to be stored raw: for an XORed block, better encode it without. */
  public boolean pays() {
    return codec.pipeline() != Pipeline.RAW;
  }
}
