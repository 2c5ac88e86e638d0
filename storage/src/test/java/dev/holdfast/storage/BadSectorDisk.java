// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that cannot read one stretch of one file, until the file is replaced. */
final class BadSectorDisk extends ForwardingDisk {
  private final Path bad;
  private final long from;
  private final long to;
  private boolean replaced;

  BadSectorDisk(Disk below, Path bad, long from, long bytes) {
    super(below);
    this.bad = bad;
    this.from = from;
    this.to = from + bytes;
  }

  @Override
  public void rename(Path source, Path target) throws IOException {
    super.rename(source, target);
    replaced |= target.equals(bad);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    DiskFile opened = super.open(file);
    return file.equals(bad) && !replaced ? new BadFile(opened) : opened;
  }

  private final class BadFile extends ForwardingFile {
    BadFile(DiskFile file) {
      super(file);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      if (position < to && position + into.remaining() > from) {
        throw new IOException("Input/output error");
      }
      return super.read(into, position);
    }
  }
}
