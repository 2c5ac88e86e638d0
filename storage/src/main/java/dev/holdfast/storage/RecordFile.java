// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.IoKind;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An open record: its header and footer are sound and agree with each other and with its name. */
final class RecordFile implements AutoCloseable {
  /** An index beyond this is refused as damage before memory is spent on it. */
  private static final long INDEX_BYTES_MAX = Integer.MAX_VALUE - 64L;

  /** Read at once from the end of a file: of most records index, sections and footer. */
  private static final int TAIL_BYTES = 4096;

  private final Path path;
  private final DiskFile file;
  private final FileHeader header;
  private final byte[] headerBytes;
  private final Tail tail;
  private final Footer footer;
  private final Keys keys;
  private final @Nullable BlockCipher cipher;

  private RecordFile(
      Path path,
      DiskFile file,
      FileHeader header,
      byte[] headerBytes,
      Tail tail,
      Footer footer,
      Keys keys) {
    this.path = path;
    this.file = file;
    this.header = header;
    this.headerBytes = headerBytes;
    this.tail = tail;
    this.footer = footer;
    this.keys = keys;
    this.cipher = keys.blocks(header);
  }

  /**
   * Opens record {@code number} and checks header and footer.
   *
   * @throws DamagedException when they are not sound
   * @throws KeyException when it is sealed with another key, or not although it must be
   * @throws IOException when it cannot be read
   */
  static RecordFile open(Disk disk, StoreLayout layout, long number) throws IOException {
    return open(disk, layout.keys(), layout.record(number), number);
  }

  /**
   * Opens record {@code number}, if it is the store's own.
   *
   * @param storeId the store's identity; with {@link Id128#NONE} all records are its own
   * @return null when another store's record stands there, sound or not
   */
  static @Nullable RecordFile openOwn(Disk disk, StoreLayout layout, Id128 storeId, long number)
      throws IOException {
    RecordFile record;
    try {
      record = open(disk, layout, number);
    } catch (StoreException e) {
      if (isForeign(disk, layout, storeId, number)) {
        return null;
      }
      throw e;
    }
    if (record.isForeign(storeId)) {
      record.close();
      return null;
    }
    return record;
  }

  /** Opens the file of record {@code number} under another name. */
  static RecordFile open(Disk disk, Keys keys, Path path, long number) throws IOException {
    DiskFile file = disk.open(path);
    try {
      String name = path.toString();
      long size = file.size();
      if (size < FileHeader.BYTES + Footer.BYTES) {
        throw new DamagedException(name, -1, "only " + size + " bytes long: cut or never written");
      }
      Tail tail = Tail.read(file, size);
      byte[] headerBytes = tail.read(file, 0, FileHeader.BYTES);
      FileHeader header = FileHeader.decode(name, ByteBuffer.wrap(headerBytes));
      keys.admit(name, header);
      byte[] footerBytes = tail.read(file, size - Footer.BYTES, Footer.BYTES);
      Footer footer = Footer.decode(name, size, ByteBuffer.wrap(footerBytes));
      if (header.number() != number || !footer.fileId().equals(header.fileId())) {
        throw new DamagedException(
            name, -1, "its header says record " + header.number() + "; renamed or mixed up");
      }
      return new RecordFile(path, file, header, headerBytes, tail, footer, keys);
    } catch (EOFException e) {
      file.close();
      throw new DamagedException(path.toString(), -1, "it became shorter while it was read");
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * The end of a file, which is read at once: to look at a record of a small state is one read.
   * Blocks are never taken from here.
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Tail(long at, byte[] bytes) {
    static Tail read(DiskFile file, long size) throws IOException {
      try {
        return last(file, size, (int) Math.min(size, TAIL_BYTES));
      } catch (EOFException e) {
        throw e;
      } catch (IOException e) {
        return last(file, size, Footer.BYTES); // what cannot be read may be a block
      }
    }

    private static Tail last(DiskFile file, long size, int count) throws IOException {
      byte[] bytes = new byte[count];
      file.readFully(ByteBuffer.wrap(bytes), size - count);
      return new Tail(size - count, bytes);
    }

    byte[] read(DiskFile file, long offset, int count) throws IOException {
      if (offset >= at && offset - at <= bytes.length - count) {
        int from = (int) (offset - at);
        return Arrays.copyOfRange(bytes, from, from + count);
      }
      byte[] out = new byte[count];
      file.readFully(ByteBuffer.wrap(out), offset);
      return out;
    }
  }

  /**
   * Passes a failure over that may lie in this one file; another record may serve instead.
   *
   * @throws IOException the failure, when it would meet every file
   */
  static void passOver(IOException failure) throws IOException {
    if (!IoKind.of(failure).isOfOneFile()) {
      throw failure;
    }
  }

  /**
   * Whether a file of another store stands at a number, where it means nothing: its header says so,
   * whatever number that tells.
   */
  static boolean isForeign(Disk disk, StoreLayout layout, Id128 storeId, long number)
      throws IOException {
    Path path = layout.record(number);
    try (DiskFile file = disk.open(path)) {
      ByteBuffer header = ByteBuffer.allocate(FileHeader.BYTES);
      file.readFully(header, 0);
      return isForeign(FileHeader.decode(path.toString(), header.flip()), storeId);
    } catch (StoreException | NoSuchFileException | EOFException e) {
      return false;
    } catch (IOException e) {
      passOver(e);
      return false;
    }
  }

  /**
   * Makes sure that a store can be read and believed with the layout's key: its newest record tells
   * which one it needs. Of a store that is not sealed another one's record tells nothing.
   *
   * @throws KeyException when it needs another one, or is not sealed
   */
  static void requireKey(Disk disk, StoreLayout layout, Log log) throws IOException {
    Id128 storeId = layout.keys().none() ? Signpost.told(disk, layout) : Id128.NONE;
    KeyException refused = null;
    for (long number : log.numbers().descendingSet()) {
      try (RecordFile record = open(disk, layout, number)) {
        if (refused == null || !record.isForeign(storeId)) {
          return;
        }
      } catch (KeyException e) {
        if (!isForeign(disk, layout, storeId, number)) {
          throw e;
        }
        refused = e; // unless a record of this store can be read without a key
      } catch (StoreException e) {
        // An older one tells as well.
      } catch (IOException e) {
        passOver(e);
      }
    }
    if (refused != null) {
      throw refused;
    }
  }

  Path path() {
    return path;
  }

  /** Whether it is another store's; {@link Id128#NONE} knows none. */
  boolean isForeign(Id128 storeId) {
    return isForeign(header, storeId);
  }

  private static boolean isForeign(FileHeader header, Id128 storeId) {
    return !storeId.equals(Id128.NONE) && !header.storeId().equals(storeId);
  }

  FileHeader header() {
    return header;
  }

  Footer footer() {
    return footer;
  }

  /** Reads the index and the sections and checks them against the footer's digest. */
  Metadata readMetadata() throws IOException {
    long indexBytes = footer.indexEntries() * BlockIndex.ENTRY_BYTES;
    if (indexBytes > INDEX_BYTES_MAX) {
      throw new DamagedException(path.toString(), -1, "its index is impossibly large");
    }
    byte[] index = read(footer.indexOffset(), (int) indexBytes);
    byte[] sections = read(footer.sectionsOffset(), (int) footer.sectionsBytes());
    Digest actual = keys.digest(header, headerBytes, ByteBuffer.wrap(index), sections, footer);
    if (!actual.equals(footer.digest())) {
      throw DamagedException.differs(
          path.toString(), footer.indexOffset(), "digest", footer.digest().hex(), actual.hex());
    }
    return new Metadata(BlockIndex.wrap(index), sections);
  }

  /** An index and the bytes of the sections. */
  record Metadata(BlockIndex index, @SuppressWarnings("ArrayRecordComponent") byte[] sections) {}

  /** The digest of a file that is not sealed: SHA-256 of header, index and sections. */
  static Digest digest(byte[] header, ByteBuffer index, byte[] sections) {
    MessageDigest sha256 = Checksum.sha256();
    sha256.update(header);
    sha256.update(index.duplicate());
    sha256.update(sections);
    return Digest.of(sha256.digest());
  }

  /**
   * Decrypts a block of this file; of a file in the clear it is returned as it is.
   *
   * @param stored its bytes, their CRC32C checked; they are overwritten
   * @throws DamagedException when they are not what was stored there for this block
   */
  BlockCipher.Opened decrypted(
      MemorySegment stored, BlockIndex index, int entry, RegionSchema region, int block) {
    if (cipher == null) {
      return new BlockCipher.Opened(stored, index.crcRaw(entry));
    }
    long offset = index.offset(entry);
    BlockCipher.Opened opened =
        cipher.open(
            stored,
            offset,
            new BlockCipher.Place(region, block, index.codec(entry), index.xorDepth(entry)));
    if (opened == null) {
      throw new DamagedException(
          path.toString(),
          offset,
          "block "
              + block
              + " of region "
              + region.name()
              + " is not what was encrypted there: its tag is wrong");
    }
    return opened;
  }

  private byte[] read(long offset, int bytes) throws IOException {
    try {
      return tail.read(file, offset, bytes);
    } catch (EOFException e) {
      throw endsEarly(offset);
    }
  }

  private DamagedException endsEarly(long offset) {
    return new DamagedException(path.toString(), offset, "the file ends before its contents do");
  }

  /** Fills the buffer; a file that ends early is damaged. */
  void readFully(ByteBuffer into, long offset) throws IOException {
    try {
      file.readFully(into, offset);
    } catch (EOFException e) {
      throw endsEarly(offset);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
