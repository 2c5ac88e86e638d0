// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;

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
 * @param digest SHA-256 of header, index and sections
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

  /** No record needs more; a larger claim is damage, refused before memory is spent on it. */
  private static final long SECTIONS_BYTES_MAX = 1L << 30;

  private static final long MAGIC = 0x0a544f4f46534648L; // "HFSFOOT\n"
  private static final int CRC_AT = BYTES - 4;

  /** A SHA-256 value that compares by content. */
  public record Digest(String hex) {
    public static Digest of(byte[] sha256) {
      return new Digest(HexFormat.of().formatHex(sha256));
    }

    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
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
    in.i32();
    Id128 fileId = in.id();
    Digest digest = Digest.of(in.bytes(Checksum.SHA256_BYTES));
    in.zeros(in.remaining() - 4);
    int stored = in.i32();
    if (stored != computed) {
      throw new DamagedException(
          file,
          base + CRC_AT,
          String.format(Locale.ROOT, "footer CRC32C %08x, computed %08x", stored, computed));
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
      throw new DamagedException(
          file, -1, "the footer says " + fileBytes + " bytes, the file has " + actualBytes);
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
