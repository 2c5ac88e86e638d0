// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The last 128 bytes of a file (docs/format/file.md): a file without a sound footer at its very end
 * was never finished, was cut, or has had something appended.
 *
 * @param fileBytes the length of the whole file
 * @param indexOffset where the index begins, and the extents end
 * @param indexEntries the number of index entries of 32 bytes
 * @param sectionsOffset where the sections begin
 * @param sectionsBytes their total length
 * @param extents the number of extents
 * @param fileId the identity given in the header
 * @param digest SHA-256 of header, index and sections; their HMAC in a sealed file
 */
public record Footer(
    long fileBytes,
    long indexOffset,
    long indexEntries,
    long sectionsOffset,
    long sectionsBytes,
    int extents,
    Id128 fileId,
    Digest digest) {
  public static final int BYTES = 128;

  /** Where the digest stands; before it stands what says where everything else is. */
  public static final int DIGEST_AT = 72;

  /** No record needs more; a larger claim is damage, refused before memory is spent on it. */
  private static final long SECTIONS_BYTES_MAX = 1L << 30;

  private static final long MAGIC = 0x0a544f4f46534648L; // "HFSFOOT\n"
  private static final int CRC_AT = BYTES - 4;

  /** A SHA-256 value, or an HMAC of that length, that compares by content. */
  public record Digest(String hex) {
    /** Of a footer whose digest is not known yet. */
    public static final Digest NONE = of(new byte[Checksum.SHA256_BYTES]);

    public static Digest of(byte[] sha256) {
      return new Digest(HexFormat.of().formatHex(sha256));
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
  }

  /** The same footer with a digest. */
  public Footer with(Digest known) {
    return new Footer(
        fileBytes,
        indexOffset,
        indexEntries,
        sectionsOffset,
        sectionsBytes,
        extents,
        fileId,
        known);
  }

  public byte[] encode() {
    ByteWriter out = new ByteWriter(BYTES);
    out.i64(MAGIC).i64(fileBytes).i64(indexOffset).i64(indexEntries);
    out.i64(sectionsOffset).i64(sectionsBytes).i32(extents).i32(0).id(fileId);
    out.raw(digest.bytes());
    out.zeros(CRC_AT - out.length());
    return out.i32(Checksum.crc32c(out.view(0, CRC_AT))).toByteArray();
  }

  /**
   * Checks and reads the footer of a file.
   *
   * @param bytes the last 128 bytes
   * @param fileBytes the length of the file as found
   */
  public static Footer decode(String file, long fileBytes, ByteBuffer bytes) {
    long base = fileBytes - BYTES;
    ByteReader in = new ByteReader(file, base, bytes);
    if (in.i64() != MAGIC) {
      throw new DamagedException(file, base, "no footer at the end: cut, extended or unfinished");
    }
    int computed = Checksum.crc32c(bytes.slice(bytes.position(), CRC_AT));
    long length = in.i64();
    long indexOffset = in.i64();
    long indexEntries = in.i64();
    long sectionsOffset = in.i64();
    long sectionsBytes = in.i64();
    int extents = in.i32();
    in.zeros(4);
    Id128 fileId = in.id();
    Digest digest = Digest.of(in.bytes(Checksum.SHA256_BYTES));
    in.zeros(in.remaining() - 4);
    int stored = in.i32();
    if (stored != computed) {
      throw DamagedException.differs(file, base + CRC_AT, "footer CRC32C", stored, computed);
    }
    Footer footer =
        new Footer(
            length,
            indexOffset,
            indexEntries,
            sectionsOffset,
            sectionsBytes,
            extents,
            fileId,
            digest);
    footer.checkGeometry(file, fileBytes);
    return footer;
  }

  private void checkGeometry(String file, long actualBytes) {
    if (fileBytes != actualBytes) {
      throw DamagedException.differs(
          file, -1, "the file's length", Long.toString(fileBytes), Long.toString(actualBytes));
    }
    boolean ordered =
        indexOffset >= FileHeader.BYTES
            && indexEntries >= 0
            && indexEntries <= (fileBytes - indexOffset) / BlockIndex.ENTRY_BYTES
            && sectionsOffset == indexOffset + indexEntries * BlockIndex.ENTRY_BYTES
            && sectionsBytes >= 0
            && sectionsBytes <= SECTIONS_BYTES_MAX
            && sectionsOffset + sectionsBytes == fileBytes - BYTES;
    if (!ordered) {
      throw new DamagedException(file, fileBytes - BYTES, "the footer's offsets contradict it");
    }
  }
}
