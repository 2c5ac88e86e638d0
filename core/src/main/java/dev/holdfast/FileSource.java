// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A restart file as a region. Its blocks are read a second time when they are stored, and must
 * still be what the first reading has found: so a version holds exactly the image that was found to
 * be of one moment, whatever happens to the file meanwhile.
 */
final class FileSource implements RegionSource, AutoCloseable {
  private final Disk disk;
  private final Path path;
  private final FileImage image;
  private final @Nullable FileImage committed;
  private final MemorySegment buffer;
  private final MessageDigest sha = FileImage.digest();
  private @Nullable DiskFile file;

  /**
   * @param image what the file holds
   * @param committed what the newest committed version holds of it
   * @param buffer native memory, a block or more, which other sources may use in turn
   */
  FileSource(
      Disk disk, Path path, FileImage image, @Nullable FileImage committed, MemorySegment buffer) {
    this.disk = disk;
    this.path = path;
    this.image = image;
    this.committed = committed;
    this.buffer = buffer;
  }

  @Override
  public RegionSchema schema() {
    return image.schema();
  }

  @Override
  public boolean changed(int block) {
    return committed == null || !image.sameBlock(committed, block);
  }

  @Override
  public MemorySegment block(int block) {
    RegionSchema schema = image.schema();
    MemorySegment bytes = buffer.asSlice(0, schema.blockLengthBytes(block));
    try {
      FileImage.readBlock(open(), schema, block, bytes, schema.name());
    } catch (NoSuchFileException e) {
      throw new FileChanged(schema.name() + " has gone while it was read");
    } catch (IOException e) {
      throw new StoreIoException("reading restart file", path, e);
    }
    sha.update(bytes.asByteBuffer());
    if (!image.isBlock(block, sha.digest())) {
      throw new FileChanged(schema.name() + " has changed while it was read");
    }
    return bytes;
  }

  private DiskFile open() throws IOException {
    DiskFile open = file;
    if (open == null) {
      open = disk.open(path);
      file = open;
    }
    return open;
  }

  @Override
  public @Nullable MemorySegment committed(int block) {
    return null;
  }

  @Override
  public void close() {
    DiskFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // A file that was only read has nothing to lose at close.
      }
    }
  }
}
