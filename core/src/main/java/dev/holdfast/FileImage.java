// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.FileStamp;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of a restart file as a SHA-256 of every block: what tells changed blocks without a
 * copy of the file, and what a block is compared with when it is read again. A file of any size
 * takes 8 MiB at most.
 */
final class FileImage {
  static final int DIGEST_BYTES = 32;
  private static final String TYPE_NAME = "file";

  private final FileStamp stamp;
  private final RegionSchema schema;
  private final byte[] digests;

  /**
   * @param stamp the file when it had this content
   * @param digests of one block after another
   */
  FileImage(FileStamp stamp, RegionSchema schema, byte[] digests) {
    this.stamp = stamp;
    this.schema = schema;
    this.digests = digests;
  }

  FileStamp stamp() {
    return stamp;
  }

  RegionSchema schema() {
    return schema;
  }

  /** The same content in a file with another stamp. */
  FileImage of(FileStamp other) {
    return new FileImage(other, schema, digests);
  }

  /** A restart file as a region. */
  static RegionSchema schema(String name, long sizeBytes) {
    return new RegionSchema(
        name,
        RegionKind.FILE,
        ElementType.OPAQUE,
        TYPE_NAME,
        List.of(),
        sizeBytes,
        RegionSchema.blockLog2For(sizeBytes),
        false);
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Reads a file.
   *
   * @param stamp of the file, taken before
   * @param buffer native memory, a block or more
   * @throws FileChanged when it is shorter than its stamp says, or has gone
   */
  static FileImage read(Disk disk, Path path, String name, FileStamp stamp, MemorySegment buffer)
      throws IOException {
    RegionSchema schema = schema(name, stamp.bytes());
    byte[] digests = new byte[Math.multiplyExact(schema.blockCount(), DIGEST_BYTES)];
    MessageDigest sha = digest();
    try (DiskFile file = disk.open(path)) {
      for (int block = 0; block < schema.blockCount(); block++) {
        readBlock(file, schema, block, buffer, name);
        sha.update(buffer.asSlice(0, schema.blockLengthBytes(block)).asByteBuffer());
        System.arraycopy(sha.digest(), 0, digests, block * DIGEST_BYTES, DIGEST_BYTES);
      }
    } catch (NoSuchFileException e) {
      throw new FileChanged(name + " has gone while it was read");
    }
    return new FileImage(stamp, schema, digests);
  }

  /** Reads one block of a file into the beginning of a buffer. */
  static void readBlock(
      DiskFile file, RegionSchema schema, int block, MemorySegment buffer, String name)
      throws IOException {
    MemorySegment part = buffer.asSlice(0, schema.blockLengthBytes(block));
    try {
      file.readFully(part.asByteBuffer(), (long) block << schema.blockLog2());
    } catch (EOFException e) {
      throw new FileChanged(name + " has become shorter while it was read");
    }
  }

  /** Whether a block has the same content in both. */
  boolean sameBlock(FileImage other, int block) {
    int from = block * DIGEST_BYTES;
    int to = from + DIGEST_BYTES;
    return schema.blockLog2() == other.schema.blockLog2()
        && block < other.schema.blockCount()
        && schema.blockLengthBytes(block) == other.schema.blockLengthBytes(block)
        && Arrays.equals(digests, from, to, other.digests, from, to);
  }

  /** Whether both have the same content. */
  boolean sameContent(@Nullable FileImage other) {
    return other != null
        && schema.sizeBytes() == other.schema.sizeBytes()
        && Arrays.equals(digests, other.digests);
  }

  boolean isBlock(int block, byte[] digest) {
    int from = block * DIGEST_BYTES;
    return Arrays.equals(digests, from, from + DIGEST_BYTES, digest, 0, DIGEST_BYTES);
  }
}
