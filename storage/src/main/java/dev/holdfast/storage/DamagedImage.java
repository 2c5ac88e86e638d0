// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file that may be damaged, as a source of bytes: what cannot be read, or lies beyond its end, is
 * zeros. Nothing is believed of it without a proof.
 */
final class DamagedImage implements AutoCloseable {
  /** What a disk loses with one bad sector, at least. */
  private static final int PIECE_BYTES = 1 << 12;

  private final Path path;
  private final DiskFile file;
  private final long size;

  DamagedImage(Disk disk, Path path) throws IOException {
    this.path = path;
    this.file = disk.open(path);
    try {
      this.size = file.size();
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  byte[] read(long offset, int bytes) throws IOException {
    byte[] into = new byte[bytes];
    int there = Math.clamp(size - offset, 0, bytes);
    try {
      file.readFully(ByteBuffer.wrap(into, 0, there), offset);
    } catch (IOException e) {
      RecordFile.passOver(e);
      readPieces(into, there, offset);
    }
    return into;
  }

  private void readPieces(byte[] into, int bytes, long offset) throws IOException {
    for (int at = 0; at < bytes; at += PIECE_BYTES) {
      int piece = Math.min(PIECE_BYTES, bytes - at);
      try {
        file.readFully(ByteBuffer.wrap(into, at, piece), offset + at);
      } catch (IOException e) {
        RecordFile.passOver(e);
        Arrays.fill(into, at, at + piece, (byte) 0);
      }
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // A file that was only read has nothing to lose at close.
    }
  }
}
