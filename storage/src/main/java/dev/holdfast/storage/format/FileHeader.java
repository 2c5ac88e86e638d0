// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The first 256 bytes of every file of a store (docs/format/file.md).
 *
 * @param kind which layout follows
 * @param type which record, for {@link FileKind#RECORD}
 * @param attemptTry 1 for the first try to write this record, 2 for the second
 * @param place the storage place, 0 while there is only one
 * @param storeId the store the file belongs to
 * @param fileId the identity of this very file
 * @param number its place in the number line
 * @param attempt the number of the OPEN record of its writer
 * @param writerRank the rank that wrote it, 0 for the coordinator
 * @param rankCount how many ranks the job has
 * @param keyId the key that seals it and encrypts its blocks; {@link Id128#NONE} without one
 * @param createdEpochMs wall-clock time of writing, for people and for the age of files only
 * @param roCompatFlags what a writer of the store must know; no bit is defined yet
 */
public record FileHeader(
    FileKind kind,
    RecordType type,
    int attemptTry,
    int place,
    Id128 storeId,
    Id128 fileId,
    long number,
    long attempt,
    int writerRank,
    int rankCount,
    Id128 keyId,
    long createdEpochMs,
    long roCompatFlags) {
  public static final int BYTES = 256;
  public static final int MAJOR = 1;
  public static final int MINOR = 0;

  /** Raw blocks of mappable regions start on multiples of 2 to this power. */
  public static final int ALIGN_LOG2 = 16;

  private static final long MAGIC = 0x0a1a0a0d53464889L;
  private static final int ENDIAN_PROBE = 0x01020304;
  private static final int CHECK_CRC32C_CRC32 = 1;
  private static final int DIGEST_SHA256 = 1;
  private static final int CIPHER_AES_GCM = 1;
  private static final int SEAL_HMAC_SHA256 = 1;
  private static final int CRC_AT = BYTES - 4;

  /** A header for a file written by a single process. */
  public static FileHeader of(
      RecordType type, int attemptTry, Id128 storeId, long number, long attempt, long epochMs) {
    return new FileHeader(
        FileKind.RECORD,
        type,
        attemptTry,
        0,
        storeId,
        Id128.random(),
        number,
        attempt,
        0,
        1,
        Id128.NONE,
        epochMs,
        0);
  }

  /** The same header for a file that this key seals and encrypts; none for {@link Id128#NONE}. */
  public FileHeader sealedWith(Id128 key) {
    return new FileHeader(
        kind,
        type,
        attemptTry,
        place,
        storeId,
        fileId,
        number,
        attempt,
        writerRank,
        rankCount,
        key,
        createdEpochMs,
        roCompatFlags);
  }

  /** Whether the file is sealed and its blocks are encrypted. */
  public boolean sealed() {
    return !keyId.equals(Id128.NONE);
  }

  /** The 256 bytes as they stand in the file. */
  public byte[] encode() {
    ByteWriter out = new ByteWriter(BYTES);
    out.i64(MAGIC).u16(MAJOR).u16(MINOR).u16(kind.code()).u16(BYTES).i32(ENDIAN_PROBE);
    out.u8(ALIGN_LOG2).u8(CHECK_CRC32C_CRC32).u8(DIGEST_SHA256);
    out.u8(sealed() ? CIPHER_AES_GCM : 0).u8(sealed() ? SEAL_HMAC_SHA256 : 0).u8(type.code());
    out.u16(attemptTry).i32(place);
    out.i64(0).i64(roCompatFlags).i64(0); // compat, roCompat, incompat
    out.id(storeId).id(fileId).i64(number).i64(attempt).i32(writerRank).i32(rankCount);
    out.id(keyId).i64(createdEpochMs);
    out.zeros(CRC_AT - out.length());
    return out.i32(Checksum.crc32c(out.view(0, CRC_AT))).toByteArray();
  }

  /**
   * Checks and reads a header.
   *
   * @throws DamagedException when the bytes are not a sound header
   * @throws UnsupportedFormatException when they are one that this version cannot read
   */
  public static FileHeader decode(String file, ByteBuffer bytes) {
    ByteReader in = new ByteReader(file, 0, bytes);
    if (in.remaining() < BYTES) {
      throw in.damaged("a header of 256 bytes expected, the file has " + in.remaining());
    }
    if (in.i64() != MAGIC) {
      throw new DamagedException(file, 0, "not a Holdfast file (wrong magic bytes)");
    }
    int major = in.u16();
    in.u16(); // a higher minor version adds only what older readers may ignore
    int kindCode = in.u16();
    int headerBytes = in.u16();
    int probe = in.i32();
    checkCrc(file, bytes);
    if (major != MAJOR || headerBytes != BYTES) {
      throw new UnsupportedFormatException(
          file, "format version " + major + ", this version of Holdfast reads " + MAJOR);
    }
    if (probe != ENDIAN_PROBE) {
      throw new UnsupportedFormatException(file, "written with another byte order");
    }
    return decodeRest(file, in, FileKind.ofCode(kindCode, file));
  }

  private static void checkCrc(String file, ByteBuffer bytes) {
    ByteReader tail = new ByteReader(file, CRC_AT, bytes.slice(bytes.position() + CRC_AT, 4));
    int expected = tail.i32();
    int actual = Checksum.crc32c(bytes.slice(bytes.position(), CRC_AT));
    if (expected != actual) {
      throw DamagedException.differs(file, CRC_AT, "header CRC32C", expected, actual);
    }
  }

  private static FileHeader decodeRest(String file, ByteReader in, FileKind kind) {
    int align = in.u8();
    int check = in.u8();
    int digest = in.u8();
    int cipher = in.u8();
    int seal = in.u8();
    RecordType type = RecordType.ofCode(in.u8(), file);
    int attemptTry = in.u16();
    int place = in.i32();
    in.i64(); // compat: unknown bits may be ignored
    long roCompat = in.i64();
    long incompat = in.i64();
    if (align != ALIGN_LOG2 || check != CHECK_CRC32C_CRC32 || digest != DIGEST_SHA256) {
      throw new UnsupportedFormatException(
          file, "alignment " + align + ", checksum kind " + check + ", digest kind " + digest);
    }
    boolean sealed = cipher == CIPHER_AES_GCM && seal == SEAL_HMAC_SHA256;
    boolean open = cipher == 0 && seal == 0;
    if (!(sealed || open) || incompat != 0) {
      throw new UnsupportedFormatException(
          file,
          String.format(
              Locale.ROOT, "cipher %d, seal %d, incompatible flags %x", cipher, seal, incompat));
    }
    FileHeader header =
        new FileHeader(
            kind,
            type,
            attemptTry,
            place,
            in.id(),
            in.id(),
            in.u63(),
            in.u63(),
            in.i32(),
            in.i32(),
            keyId(in, sealed),
            createdAtTheEnd(in),
            roCompat);
    header.checkSingleProcess(file);
    return header;
  }

  /** Several places and ranks have their fields already, and no meaning yet. */
  private void checkSingleProcess(String file) {
    if (place != 0 || writerRank != 0 || rankCount != 1 || attemptTry < 1 || attemptTry > 2) {
      throw new UnsupportedFormatException(
          file,
          String.format(
              Locale.ROOT,
              "place %d, rank %d of %d, try %d",
              place,
              writerRank,
              rankCount,
              attemptTry));
    }
  }

  private static Id128 keyId(ByteReader in, boolean sealed) {
    Id128 id = in.id();
    if (sealed && id.equals(Id128.NONE)) {
      throw in.damaged("the header says sealed, and by no key");
    }
    if (!sealed && !id.equals(Id128.NONE)) {
      throw in.damaged("a key id in a file without a seal");
    }
    return id;
  }

  private static long createdAtTheEnd(ByteReader in) {
    long createdEpochMs = in.i64();
    in.zeros(in.remaining() - 4);
    return createdEpochMs;
  }
}
