// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A file for reading that is opened by its name again when its handle has gone stale, as it may on
 * NFS when the server has moved the file or was restarted. What is read then is checked by whoever
 * reads it, as always: another file of that name would not pass. Several threads may read at once.
 */
final class ReopenedFile implements DiskFile {
  private static final int REOPENED_MAX = 3;

  private final ByName byName;
  private final List<DiskFile> stale = new ArrayList<>();
  private volatile DiskFile file;

  private ReopenedFile(ByName byName, DiskFile file) {
    this.byName = byName;
    this.file = file;
  }

  /** Opens the file. */
  interface ByName {
    DiskFile open() throws IOException;
  }

  private interface Reading<T> {
    T of(DiskFile file) throws IOException;
  }

  static DiskFile of(ByName byName) throws IOException {
    for (int again = 0; ; again++) {
      try {
        return new ReopenedFile(byName, byName.open());
      } catch (IOException e) {
        throwUnlessStale(e, again);
      }
    }
  }

  private static void throwUnlessStale(IOException failure, int again) throws IOException {
    if (!IoKind.isStale(failure) || again == REOPENED_MAX) {
      throw failure;
    }
  }

  private <T> T read(Reading<T> reading) throws IOException {
    for (int again = 0; ; again++) {
      DiskFile used = file;
      try {
        return reading.of(used);
      } catch (IOException e) {
        throwUnlessStale(e, again);
        reopen(used);
      }
    }
  }

  /** Once for all threads that read it; handles that others may be using are closed at the end. */
  @SuppressWarnings("ReferenceEquality") // this very handle is meant
  private synchronized void reopen(DiskFile used) throws IOException {
    if (file == used) {
      file = of(byName);
      stale.add(used);
    }
  }

  @Override
  public long size() throws IOException {
    return read(DiskFile::size);
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return read(from -> from.read(into, position));
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    return file.write(from, position);
  }

  @Override
  public void truncate(long bytes) throws IOException {
    file.truncate(bytes);
  }

  @Override
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public synchronized void close() throws IOException {
    for (DiskFile old : stale) {
      try {
        old.close();
      } catch (IOException e) {
        // A file that was only read has nothing to lose at close.
      }
    }
    file.close();
  }
}
