// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and decrypts the blocks of one file with AES-256-GCM (docs/format/version.md).
 *
 * <p>The nonce is the place of the block in its file. It is used once: the key belongs to this very
 * file, whose identity is drawn anew for every try to write it, and a file is written from its
 * beginning to its end, every place once.
 *
 * <p>The CRC32 of the raw block is encrypted with it. In the clear it would give a block of four
 * bytes away, and tell of a larger one how it has changed.
 */
final class BlockCipher {
  /** What encryption adds to a block: the CRC32 of its raw bytes, and the tag. */
  static final int EXTRA_BYTES = 4 + 16;

  private static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int CRC_BYTES = 4;

  /** File id, block, codec and XOR depth; the region's name follows. */
  private static final int ABOUT_BYTES = 16 + 4 + 1 + 1;

  private static final ValueLayout.OfInt CRC =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Id128 fileId;
  private final SecretKeySpec key;
  private final Cipher cipher;
  private byte[] input = {};
  private byte[] output = {};

  BlockCipher(Id128 fileId, byte[] key) {
    this.fileId = fileId;
    this.key = new SecretKeySpec(key, "AES");
    try {
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw Keys.impossible(e);
    }
  }

  /**
   * Which block it is; another one's bytes are refused in its place.
   *
   * @param block its position in the region
   */
  record Place(RegionSchema region, int block, int codec, int xorDepth) {}

  /**
   * A block as it was before encryption.
   *
   * @param encoded what the codec has made of it; holds until the next call
   * @param crc32Raw CRC32 of its raw bytes
   */
  record Opened(MemorySegment encoded, int crc32Raw) {}

  /**
   * Encrypts a block where it lies.
   *
   * @param block its encoded bytes and after them {@link #EXTRA_BYTES} more
   * @param offset its place in the file
   */
  synchronized void seal(MemorySegment block, int crc32Raw, long offset, Place place) {
    int bytes = (int) block.byteSize();
    int plainBytes = bytes - TAG_BYTES;
    makeRoom(bytes);
    MemorySegment plain = MemorySegment.ofArray(input);
    plain.set(CRC, 0, crc32Raw);
    MemorySegment.copy(block, 0, plain, CRC_BYTES, plainBytes - CRC_BYTES);
    try {
      begin(Cipher.ENCRYPT_MODE, offset, place);
      cipher.doFinal(input, 0, plainBytes, output, 0);
    } catch (GeneralSecurityException e) {
      throw Keys.impossible(e);
    }
    MemorySegment.copy(output, 0, block, ValueLayout.JAVA_BYTE, 0, bytes);
  }

  /**
   * Decrypts a block.
   *
   * @param stored its bytes as they stand in the file
   * @return null when they are not those that were stored there for this block
   */
  synchronized @Nullable Opened open(MemorySegment stored, long offset, Place place) {
    int bytes = (int) stored.byteSize();
    if (bytes < EXTRA_BYTES) {
      return null;
    }
    makeRoom(bytes);
    MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, input, 0, bytes);
    try {
      begin(Cipher.DECRYPT_MODE, offset, place);
      cipher.doFinal(input, 0, bytes, output, 0);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw Keys.impossible(e);
    }
    MemorySegment plain = MemorySegment.ofArray(output);
    MemorySegment encoded = stored.asSlice(0, bytes - EXTRA_BYTES);
    MemorySegment.copy(plain, CRC_BYTES, encoded, 0, encoded.byteSize());
    return new Opened(encoded, plain.get(CRC, 0));
  }

  private void begin(int mode, long offset, Place place) throws GeneralSecurityException {
    byte[] nonce = new byte[NONCE_BYTES];
    littleEndian(nonce).putInt(0).putLong(offset);
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
    byte[] name = place.region().name().getBytes(StandardCharsets.UTF_8);
    byte[] about = new byte[ABOUT_BYTES + name.length];
    littleEndian(about)
        .putLong(fileId.high())
        .putLong(fileId.low())
        .putInt(place.block())
        .put((byte) place.codec())
        .put((byte) place.xorDepth())
        .put(name);
    cipher.updateAAD(about);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void makeRoom(int bytes) {
    if (input.length < bytes) {
      input = new byte[bytes];
      output = new byte[bytes];
    }
  }
}
