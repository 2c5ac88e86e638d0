// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file that hands everything on; tests change what they need. */
class ForwardingFile implements DiskFile {
  private final DiskFile below;

  ForwardingFile(DiskFile below) {
    this.below = below;
  }

  @Override
  public long size() throws IOException {
    return below.size();
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return below.read(into, position);
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    return below.write(from, position);
  }

  @Override
  public void truncate(long bytes) throws IOException {
    below.truncate(bytes);
  }

  @Override
  public void sync() throws IOException {
    below.sync();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
