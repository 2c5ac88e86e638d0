// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.BlockIndex;
import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.Footer;
import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.IoKind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;

/** An open record: its header and footer are sound and agree with each other and with its name. */
final class RecordFile implements AutoCloseable {
  /** An index beyond this is refused as damage before memory is spent on it. */
  private static final long INDEX_BYTES_MAX = Integer.MAX_VALUE - 64L;

  private final Path path;
  private final DiskFile file;
  private final FileHeader header;
  private final byte[] headerBytes;
  private final Footer footer;

  private RecordFile(
      Path path, DiskFile file, FileHeader header, byte[] headerBytes, Footer footer) {
    this.path = path;
    this.file = file;
    this.header = header;
    this.headerBytes = headerBytes;
    this.footer = footer;
  }

  /**
   * Opens record {@code number} and checks header and footer.
   *
   * @throws DamagedException when they are not sound
   * @throws IOException when it cannot be read
   */
  static RecordFile open(Disk disk, StoreLayout layout, long number) throws IOException {
    Path path = layout.record(number);
    DiskFile file = disk.open(path);
    try {
      String name = path.toString();
      long size = file.size();
      if (size < FileHeader.BYTES + Footer.BYTES) {
        throw new DamagedException(name, -1, "only " + size + " bytes long: cut or never written");
      }
      byte[] headerBytes = new byte[FileHeader.BYTES];
      file.readFully(ByteBuffer.wrap(headerBytes), 0);
      FileHeader header = FileHeader.decode(name, ByteBuffer.wrap(headerBytes));
      ByteBuffer tail = ByteBuffer.allocate(Footer.BYTES);
      file.readFully(tail, size - Footer.BYTES);
      Footer footer = Footer.decode(name, size, tail.flip());
      if (header.number() != number || !footer.fileId().equals(header.fileId())) {
        throw new DamagedException(
            name, -1, "its header says record " + header.number() + "; renamed or mixed up");
      }
      return new RecordFile(path, file, header, headerBytes, footer);
    } catch (EOFException e) {
      file.close();
      throw new DamagedException(path.toString(), -1, "it became shorter while it was read");
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
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

  Path path() {
    return path;
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
    Digest actual = digest(headerBytes, ByteBuffer.wrap(index), sections);
    if (!actual.equals(footer.digest())) {
      throw new DamagedException(
          path.toString(),
          footer.indexOffset(),
          "digest " + footer.digest().hex() + " expected, computed " + actual.hex());
    }
    return new Metadata(BlockIndex.wrap(index), sections);
  }

  /** An index and the bytes of the sections. */
  record Metadata(BlockIndex index, @SuppressWarnings("ArrayRecordComponent") byte[] sections) {}

  /** The digest of a file: SHA-256 of header, index and sections. */
  static Digest digest(byte[] header, ByteBuffer index, byte[] sections) {
    MessageDigest sha256 = Checksum.sha256();
    sha256.update(header);
    sha256.update(index.duplicate());
    sha256.update(sections);
    return Digest.of(sha256.digest());
  }

  private byte[] read(long offset, int bytes) throws IOException {
    byte[] out = new byte[bytes];
    readFully(ByteBuffer.wrap(out), offset);
    return out;
  }

  /** Fills the buffer; a file that ends early is damaged. */
  void readFully(ByteBuffer into, long offset) throws IOException {
    try {
      file.readFully(into, offset);
    } catch (EOFException e) {
      throw new DamagedException(path.toString(), offset, "the file ends before its contents do");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
