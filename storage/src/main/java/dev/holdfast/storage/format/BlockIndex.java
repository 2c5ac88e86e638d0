// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The index of a version: one entry of 32 bytes for every block of every region, in the order of
 * the regions, followed by the layers that XOR-coded blocks refer to (docs/format/version.md).
 *
 * <p>An index names every block the version needs, wherever it is stored, so that reading a version
 * never needs another version's index, and checksums lie apart from the data they cover.
 */
public final class BlockIndex {
  public static final int ENTRY_BYTES = 32;

  /** {@code xorRef} of a self-contained block. */
  public static final int NO_LAYER = -1;

  /** The longest chain of XOR layers. */
  public static final int XOR_DEPTH_MAX = 8;

  /** Entries beyond this would not fit one array. */
  static final int ENTRIES_MAX = (Integer.MAX_VALUE - 64) / ENTRY_BYTES;

  private static final int XOR_DEPTH_MASK = 0x0f;

  private ByteBuffer bytes;
  private int size;

  /** An empty index with room for {@code capacity} entries; it grows. */
  public BlockIndex(int capacity) {
    bytes = allocate(Math.max(4, capacity));
  }

  private BlockIndex(ByteBuffer bytes) {
    this.bytes = bytes;
    this.size = bytes.capacity() / ENTRY_BYTES;
  }

  private static ByteBuffer allocate(int entries) {
    if (entries > ENTRIES_MAX) {
      throw new IllegalArgumentException(
          entries + " blocks in one version; at most " + ENTRIES_MAX + " are supported");
    }
    return ByteBuffer.allocate(entries * ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Wraps the bytes of an index read from a file. */
  public static BlockIndex wrap(byte[] stored) {
    return new BlockIndex(ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** The number of entries. */
  public int size() {
    return size;
  }

  /** Where the block's stored bytes begin in its file. */
  public long offset(int entry) {
    return bytes.getLong(at(entry));
  }

  /** The length of its stored bytes; 0 for a block of zeros. */
  public int storedBytes(int entry) {
    return bytes.getInt(at(entry) + 8);
  }

  /** CRC32C of the stored bytes. */
  public int crcStored(int entry) {
    return bytes.getInt(at(entry) + 12);
  }

  /** CRC32 of the raw bytes, after all layers are applied; 0 in an encrypted file. */
  public int crcRaw(int entry) {
    return bytes.getInt(at(entry) + 16);
  }

  /** The file that holds the block: 0 = this one, k = the k-th reference, counted from 1. */
  public int file(int entry) {
    return bytes.getShort(at(entry) + 20) & 0xffff;
  }

  /** How the stored bytes were made (docs/format/codecs.md). */
  public int codec(int entry) {
    return bytes.get(at(entry) + 22) & 0xff;
  }

  /** How many layers lie below this one, 0 when it is self-contained. */
  public int xorDepth(int entry) {
    return bytes.get(at(entry) + 23) & XOR_DEPTH_MASK;
  }

  /** The entry of the layer to XOR with, or {@link #NO_LAYER}. */
  public int xorRef(int entry) {
    return bytes.getInt(at(entry) + 24);
  }

  /** In an extent's table: the block's distance from the extent's first. 0 in an index. */
  public int spare(int entry) {
    return bytes.getInt(at(entry) + 28);
  }

  /** Bits of the flags byte that no version has defined yet. */
  int reservedFlags(int entry) {
    return bytes.get(at(entry) + 23) & ~XOR_DEPTH_MASK & 0xff;
  }

  private int at(int entry) {
    if (entry < 0 || entry >= size) {
      throw new IndexOutOfBoundsException("entry " + entry + " of " + size);
    }
    return entry * ENTRY_BYTES;
  }

  /** Appends an entry and returns its position. */
  public int add(
      long offset,
      int storedBytes,
      int crcStored,
      int crcRaw,
      int file,
      int codec,
      int xorDepth,
      int xorRef,
      int spare) {
    int at = reserve();
    bytes.putLong(at, offset).putInt(at + 8, storedBytes);
    bytes.putInt(at + 12, crcStored).putInt(at + 16, crcRaw);
    bytes.putShort(at + 20, (short) file).put(at + 22, (byte) codec).put(at + 23, (byte) xorDepth);
    bytes.putInt(at + 24, xorRef).putInt(at + 28, spare);
    return size - 1;
  }

  /** Appends a copy of another index's entry that lies in {@code file} of this version. */
  public int addCopy(BlockIndex from, int entry, int file, int xorRef) {
    return add(
        from.offset(entry),
        from.storedBytes(entry),
        from.crcStored(entry),
        from.crcRaw(entry),
        file,
        from.codec(entry),
        from.xorDepth(entry),
        xorRef,
        0);
  }

  /** Sets where an entry's bytes begin, once that is known. */
  public void setOffset(int entry, long offset) {
    bytes.putLong(at(entry), offset);
  }

  /** Sets the CRC32C of an entry's bytes, once they are encrypted. */
  public void setCrcStored(int entry, int crc) {
    bytes.putInt(at(entry) + 12, crc);
  }

  /** Points an entry at its layer. */
  public void setXorRef(int entry, int xorRef) {
    bytes.putInt(at(entry) + 24, xorRef);
  }

  private int reserve() {
    int at = size * ENTRY_BYTES;
    if (at == bytes.capacity()) {
      int wanted = (int) Math.min(ENTRIES_MAX, Math.max(size + 1L, size * 2L));
      ByteBuffer grown = allocate(wanted);
      grown.put(0, bytes, 0, at);
      bytes = grown;
    }
    size++;
    return at;
  }

  /** The bytes as they stand in a file, position 0 to limit. */
  public ByteBuffer encoded() {
    return bytes.slice(0, size * ENTRY_BYTES).asReadOnlyBuffer();
  }

  /**
   * Checks what a reader relies on: known flags, sane lengths, layers that lie behind the blocks
   * and end.
   *
   * @param blocks how many entries belong to blocks; layers follow
   * @param files how many files the version may refer to, itself included
   */
  public void check(String name, int blocks, int files) {
    for (int entry = 0; entry < size; entry++) {
      int depth = xorDepth(entry);
      int layer = xorRef(entry);
      boolean sound =
          reservedFlags(entry) == 0
              && spare(entry) == 0
              && file(entry) < files
              && offset(entry) >= 0
              && storedBytes(entry) >= 0
              && depth <= XOR_DEPTH_MAX
              && (depth == 0
                  ? layer == NO_LAYER
                  : layer >= blocks && layer < size && xorDepth(layer) == depth - 1);
      if (!sound) {
        throw new DamagedException(name, -1, "index entry " + entry + " contradicts itself");
      }
    }
  }
}
