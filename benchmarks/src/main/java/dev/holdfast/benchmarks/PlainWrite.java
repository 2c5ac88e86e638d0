// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The bytes of the arrays and nothing else, through a direct buffer of 1 MiB, then fdatasync: what
 * a program can do at least that wants its state on the disk. No checksum, no name that changes
 * only when all is there.
 */
final class PlainWrite extends FilePeer {
  static final String NAME = "plain write";
  private static final int BUFFER_BYTES = 1 << 20;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  PlainWrite(Path folder) throws IOException {
    super(NAME, folder);
  }

  @Override
  void write(Path file, State state) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      MemorySegment memory = MemorySegment.ofBuffer(buffer.clear());
      for (double[] region : state.regions()) {
        MemorySegment from = MemorySegment.ofArray(region);
        for (long at = 0; at < from.byteSize(); at += BUFFER_BYTES) {
          int bytes = (int) Math.min(BUFFER_BYTES, from.byteSize() - at);
          MemorySegment.copy(from, at, memory, 0, bytes);
          buffer.position(0).limit(bytes);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }
      }
      channel.force(false);
    }
  }

  @Override
  double[][] read(Path file, double[][] into) throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      MemorySegment memory = MemorySegment.ofBuffer(buffer.clear());
      for (double[] region : into) {
        MemorySegment to = MemorySegment.ofArray(region);
        for (long at = 0; at < to.byteSize(); at += BUFFER_BYTES) {
          int bytes = (int) Math.min(BUFFER_BYTES, to.byteSize() - at);
          buffer.position(0).limit(bytes);
          while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
              throw new EOFException(file + " is too short");
            }
          }
          MemorySegment.copy(memory, 0, to, at, bytes);
        }
      }
    }
    return into;
  }
}
