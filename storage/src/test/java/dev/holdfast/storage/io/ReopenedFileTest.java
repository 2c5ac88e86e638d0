// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stale handle is got over by opening the file again, three times and no more. */
class ReopenedFileTest {
  private int stale;
  private int opened;
  private int closed;

  private void useHandle() throws IOException {
    if (stale-- > 0) {
      throw new IOException("Stale file handle");
    }
  }

  private DiskFile open() throws IOException {
    useHandle();
    opened++;
    return new DiskFile() {
      @Override
      public long size() throws IOException {
        useHandle();
        return 17;
      }

      @Override
      public int read(ByteBuffer into, long position) throws IOException {
        useHandle();
        into.put((byte) position);
        return 1;
      }

      @Override
      public int write(ByteBuffer from, long position) {
        throw new AssertionError("a file that is read");
      }

      @Override
      public void truncate(long bytes) {
        throw new AssertionError("a file that is read");
      }

      @Override
      public void sync() {
        throw new AssertionError("a file that is read");
      }

      @Override
      public void close() {
        closed++;
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void open_staleForAWhile_opens(int times) throws IOException {
    stale = times;
    ReopenedFile.of(this::open).close();
    assertEquals(opened, closed);
  }

  @Test
  void open_staleForGood_fails() {
    stale = Integer.MAX_VALUE;
    assertThrows(IOException.class, () -> ReopenedFile.of(this::open));
    assertEquals(0, opened);
  }

  @Test
  void read_staleOnce_readsFromTheSamePositionAgain() throws IOException {
    try (DiskFile file = ReopenedFile.of(this::open)) {
      stale = 1;
      assertEquals(17, file.size());
      stale = 1;
      ByteBuffer into = ByteBuffer.allocate(1);
      file.readFully(into, 5);
      assertEquals(5, into.get(0));
    }
    assertEquals(3, opened);
    assertEquals(opened, closed);
  }

  @Test
  void read_staleForGood_fails() throws IOException {
    try (DiskFile file = ReopenedFile.of(this::open)) {
      stale = Integer.MAX_VALUE;
      IOException e = assertThrows(IOException.class, file::size);
      assertEquals(IoKind.MISSING, IoKind.of(e));
    }
    assertEquals(opened, closed);
  }
}
