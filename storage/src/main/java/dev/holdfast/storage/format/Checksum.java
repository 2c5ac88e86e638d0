// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;

/** The checksums of metadata. */
public final class Checksum {
  public static final int SHA256_BYTES = 32;

  private Checksum() {}

  /** CRC32C of the buffer's remaining bytes; its position is left alone. */
  public static int crc32c(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
