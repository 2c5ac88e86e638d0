// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;

/**
 * A run of stored blocks: a header of 64 bytes, a table of one index entry per block, the payloads
 * (docs/format/version.md). The table repeats what the index says, so that a lost index can be
 * rebuilt from the extents.
 *
 * @param rank the rank that stored it
 * @param region the region's position in the version
 * @param firstBlock the block the table's distances count from
 * @param count blocks in the extent, 1 to 4096
 * @param bytes total length, header and padding included; a multiple of 8
 * @param tableCrc CRC32C of the table
 */
public record Extent(
    Id128 fileId, int rank, int region, long firstBlock, int count, long bytes, int tableCrc) {
  public static final int HEADER_BYTES = 64;
  public static final int BLOCKS_MAX = 4096;

  private static final int MAGIC = 0x58454648; // "HFEX"
  private static final int CRC_AT = HEADER_BYTES - 4;

  public byte[] encodeHeader() {
    ByteWriter out = new ByteWriter(HEADER_BYTES);
    out.i32(MAGIC).id(fileId).i32(rank).i32(region).i64(firstBlock).i32(count);
    out.i64(bytes).i32(tableCrc);
    out.zeros(CRC_AT - out.length());
    return out.i32(Checksum.crc32c(out.view(0, CRC_AT))).toByteArray();
  }

  /**
   * Checks and reads an extent's header.
   *
   * @param offset where it stands in the file
   * @param end where the extents of the file end
   */
  public static Extent decodeHeader(
      String file, Id128 fileId, long offset, long end, ByteBuffer header) {
    ByteReader in = new ByteReader(file, offset, header);
    int computed = Checksum.crc32c(header.slice(header.position(), CRC_AT));
    if (in.i32() != MAGIC) {
      throw new DamagedException(file, offset, "no extent begins here");
    }
    Extent extent = new Extent(in.id(), in.i32(), in.i32(), in.u63(), in.i32(), in.u63(), in.i32());
    in.zeros(CRC_AT - (HEADER_BYTES - in.remaining()));
    int stored = in.i32();
    if (stored != computed) {
      throw DamagedException.differs(file, offset + CRC_AT, "extent CRC32C", stored, computed);
    }
    boolean sound =
        extent.fileId.equals(fileId)
            && extent.count >= 1
            && extent.count <= BLOCKS_MAX
            && extent.bytes % 8 == 0
            && extent.bytes >= HEADER_BYTES + (long) extent.count * BlockIndex.ENTRY_BYTES
            && extent.bytes <= end - offset;
    if (!sound) {
      throw new DamagedException(file, offset, "the extent's header contradicts the file");
    }
    return extent;
  }
}
