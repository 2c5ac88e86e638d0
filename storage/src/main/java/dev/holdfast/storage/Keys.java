// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.io.PrivateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The key of a store, or {@link #NONE}. With a key every record that is written is sealed, and its
 * blocks are encrypted (docs/format/file.md, docs/security.md).
 *
 * <p>One key of 32 bytes lies in a file of its own, and nothing else is kept secret. Every record
 * has two keys derived from it and from the record's own random identity, by HKDF-SHA-256: one for
 * its seal and one for its blocks. So no two files share a key, and a block's place in its file is
 * all that its nonce needs to be.
 */
public final class Keys {
  /** No key: records are written in the clear, and sealed ones cannot be read. */
  public static final Keys NONE = new Keys(null, Id128.NONE, false);

  /** How the environment names the key file. */
  private static final String FILE_VARIABLE = "HOLDFAST_KEY_FILE";

  /**
   * How the environment says that records without a seal are believed all the same, as for a store
   * that was begun without a key. Whoever can write to the store can then put records there that
   * this process believes.
   */
  private static final String ACCEPT_VARIABLE = "HOLDFAST_ACCEPT_UNSEALED";

  private static final int KEY_BYTES = 32;
  private static final String HOW_TO_MAKE =
      "; make one with: (umask 077; head -c 32 /dev/urandom > FILE)";

  private final @Nullable SecretKey master;
  private final Id128 id;
  private final boolean acceptsUnsealed;

  private Keys(@Nullable SecretKey master, Id128 id, boolean acceptsUnsealed) {
    this.master = master;
    this.id = id;
    this.acceptsUnsealed = acceptsUnsealed;
  }

  /** The key of these bytes, which are copied. */
  static Keys of(byte[] key, boolean acceptUnsealed) {
    SecretKey master = new SecretKeySpec(key, "HKDF");
    ByteBuffer id = littleEndian(derived(master, new byte[0], "holdfast key id", 16));
    return new Keys(master, new Id128(id.getLong(), id.getLong()), acceptUnsealed);
  }

  /**
   * Reads a key file: 64 hexadecimal digits, or 32 bytes as they are.
   *
   * @param acceptUnsealed whether records without a seal are believed all the same
   * @throws KeyException when it cannot be read, may be used by others, or holds something else
   */
  public static Keys read(Path file, boolean acceptUnsealed) {
    try {
      Optional<String> why = PrivateFile.notPrivate(file);
      if (why.isPresent()) {
        throw new KeyException("key file " + file + " " + why.get());
      }
      byte[] content = PrivateFile.read(file, 2 * KEY_BYTES + 3);
      byte[] key = keyOf(content);
      if (key.length != KEY_BYTES) {
        throw new KeyException(
            "key file "
                + file
                + " holds no key: 64 hexadecimal digits or 32 bytes expected"
                + HOW_TO_MAKE);
      }
      Keys keys = of(key, acceptUnsealed);
      Arrays.fill(content, (byte) 0);
      Arrays.fill(key, (byte) 0);
      return keys;
    } catch (IOException e) {
      throw new KeyException(StoreIoException.describe("reading key file", file, e) + HOW_TO_MAKE);
    }
  }

  /** The key, or something of another length when there is none. */
  private static byte[] keyOf(byte[] content) {
    if (content.length == KEY_BYTES) {
      return content;
    }
    try {
      return HexFormat.of().parseHex(new String(content, StandardCharsets.ISO_8859_1).strip());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /**
   * The key file that an environment names.
   *
   * @throws KeyException when the variable is there and empty
   */
  public static Optional<Path> fileNamedBy(Map<String, String> environment) {
    String file = environment.get(FILE_VARIABLE);
    if (file != null && file.isBlank()) {
      throw new KeyException(FILE_VARIABLE + " is empty: name a key file, or unset it");
    }
    return Optional.ofNullable(file).map(Path::of);
  }

  /** Whether an environment says that records without a seal are believed. */
  public static boolean acceptedBy(Map<String, String> environment) {
    String text = environment.getOrDefault(ACCEPT_VARIABLE, "0");
    return switch (text.strip()) {
      case "1" -> true;
      case "0", "" -> false;
      default -> throw new KeyException(ACCEPT_VARIABLE + " \"" + text + "\": write 1 or 0");
    };
  }

  /** The same key, for a store that is the caller's own, or is only moved aside. */
  public Keys acceptingUnsealed() {
    return new Keys(master, id, true);
  }

  /** Whether there is no key. */
  public boolean none() {
    return master == null;
  }

  /** What the records that this key seals say of it; nothing can be concluded from it. */
  Id128 id() {
    return id;
  }

  /**
   * Makes sure that a record can be read and believed with this key, as far as its header tells.
   *
   * @throws KeyException when it is sealed with another key, or not as it must be
   */
  void admit(String file, FileHeader header) {
    Id128 sealedWith = header.keyId();
    if (sealedWith.equals(id) || (!header.sealed() && acceptsUnsealed)) {
      return;
    }
    if (none()) {
      throw new KeyException(
          file
              + " is sealed with key "
              + sealedWith
              + ": name its file, "
              + FILE_VARIABLE
              + "=...");
    }
    if (header.sealed()) {
      throw new KeyException(
          file
              + " is sealed with another key, "
              + sealedWith
              + ", and this one is "
              + id
              + "; name the file of that key, "
              + FILE_VARIABLE
              + "=...");
    }
    throw new KeyException(
        file
            + " is not sealed, and a key is given: where the store was begun without a key, "
            + ACCEPT_VARIABLE
            + "=1 believes it all the same; otherwise somebody else has written it, or it is"
            + " another store's and to be moved away");
  }

  /**
   * The digest of a file (docs/format/file.md): SHA-256 of header, index and sections; of a sealed
   * file the HMAC of these and of the footer's bytes that say where they lie.
   *
   * @param footer its own digest does not matter
   */
  Digest digest(
      FileHeader header, byte[] headerBytes, ByteBuffer index, byte[] sections, Footer footer) {
    if (!header.sealed()) {
      return RecordFile.digest(headerBytes, index, sections);
    }
    try {
      Mac hmac = Mac.getInstance("HmacSHA256");
      byte[] key = ofFile(header, "holdfast seal", Checksum.SHA256_BYTES);
      hmac.init(new SecretKeySpec(key, "HmacSHA256"));
      hmac.update(headerBytes);
      hmac.update(index.duplicate());
      hmac.update(sections);
      hmac.update(footer.encode(), 0, Footer.DIGEST_AT);
      return Digest.of(hmac.doFinal());
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /** What opens and closes the blocks of a file; null when they lie there in the clear. */
  @Nullable BlockCipher blocks(FileHeader header) {
    return header.sealed()
        ? new BlockCipher(header.fileId(), ofFile(header, "holdfast block", KEY_BYTES))
        : null;
  }

  private byte[] ofFile(FileHeader header, String purpose, int bytes) {
    SecretKey key = master;
    if (key == null) {
      throw new IllegalStateException("a sealed file was opened without its key");
    }
    byte[] salt = new byte[2 * Long.BYTES];
    littleEndian(salt).putLong(header.fileId().high()).putLong(header.fileId().low());
    return derived(key, salt, purpose, bytes);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] derived(SecretKey key, byte[] salt, String purpose, int bytes) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .addSalt(salt)
                  .thenExpand(purpose.getBytes(StandardCharsets.US_ASCII), bytes));
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  static IllegalStateException impossible(GeneralSecurityException e) {
    return new IllegalStateException("every Java runtime of release 25 has these algorithms", e);
  }

  /** Says which key it is, never what it is. */
  @Override
  public String toString() {
    return none() ? "no key" : "key " + id;
  }
}
