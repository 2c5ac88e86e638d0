// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/** An open file. Positions are explicit: there is no file pointer. */
public interface DiskFile extends Closeable {

  long size() throws IOException;

  /** Reads up to the buffer's remaining bytes at a position; -1 at the end of the file. */
  int read(ByteBuffer into, long position) throws IOException;

  /** Writes at a position; may write fewer bytes than remain in the buffer. */
  int write(ByteBuffer from, long position) throws IOException;

  /** Cuts the file to a length. */
  void truncate(long bytes) throws IOException;

  /** Makes the file's bytes and length durable; see {@link Disk} for what a failure means. */
  void sync() throws IOException;

  /**
   * What syncs have made durable.
   *
   * @param bytes that were written
   * @param busyNs how long the writing thread has waited for the kernel to take and to sync them,
   *     or all syncs have taken, if that is longer
   */
  record Transfer(long bytes, long busyNs) {}

  /** What the disk has done for this file until now; empty where nobody has looked. */
  default Optional<Transfer> transfer() {
    return Optional.empty();
  }

  /** Writes all remaining bytes. A disk that twice takes nothing is an error. */
  default void writeFully(ByteBuffer from, long position) throws IOException {
    long at = position;
    boolean stalled = false;
    while (from.hasRemaining()) {
      int written = write(from, at);
      if (written == 0 && stalled) {
        throw new IOException(
            String.format(Locale.ROOT, "nothing written at byte %d, twice in a row", at));
      }
      stalled = written == 0;
      at += written;
    }
  }

  /** Fills the buffer's remaining bytes, or throws EOFException. */
  default void readFully(ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = read(into, at);
      if (read < 0) {
        throw new EOFException(
            String.format(
                Locale.ROOT, "the file ends at byte %d, %d more wanted", at, into.remaining()));
      }
      at += read;
    }
  }
}
