// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.DiskFile.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A long file is synced early, and no failure of that gets lost. */
class NewFileTest {
  private static final int MIB = 1 << 20;
  private static final long SLOW_NS = 20_000_000;

  private final AtomicInteger syncs = new AtomicInteger();
  private final CountDownLatch mayFinish = new CountDownLatch(1);
  private final IOException lost = new IOException("Input/output error");
  private boolean firstFails;
  private long writeNs;
  private long syncNs;

  /** Takes all bytes and keeps none; as with the kernel, a failure is told once. */
  private final DiskFile below =
      new DiskFile() {
        @Override
        public long size() {
          throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer into, long position) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer from, long position) {
          spend(writeNs);
          int count = from.remaining();
          from.position(from.limit());
          return count;
        }

        @Override
        public void truncate(long bytes) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void sync() throws IOException {
          spend(syncNs);
          int before = syncs.getAndIncrement();
          try {
            mayFinish.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          if (before == 0 && firstFails) {
            throw lost;
          }
        }

        @Override
        public void close() {}
      };

  private static void write(DiskFile file, int mib) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MIB);
    for (int i = 0; i < mib; i++) {
      file.writeFully(bytes.clear(), (long) i * MIB);
    }
  }

  @Test
  void shortFile_isSyncedOnceAndOnTheCallersThread() throws IOException {
    mayFinish.countDown();
    try (DiskFile file = new NewFile(below)) {
      write(file, 31);
      file.sync();
    }
    assertEquals(1, syncs.get());
  }

  @Test
  void longFile_whoseEarlySyncIsUnderWay_takesMoreAndSyncsAllAtTheEnd() throws IOException {
    try (DiskFile file = new NewFile(below)) {
      write(file, 100); // an early sync that does not end holds up no write, and begins no other
      mayFinish.countDown();
      file.sync();
    }
    assertEquals(2, syncs.get());
  }

  @Test
  void earlySync_fails_soDoesEverySyncAfterIt() throws IOException {
    firstFails = true;
    NewFile file = new NewFile(below);
    write(file, 32);
    mayFinish.countDown();
    assertSame(lost, assertThrows(IOException.class, file::sync));
    assertSame(lost, assertThrows(IOException.class, file::sync));
    assertThrows(IOException.class, file::close);
    assertTrue(syncs.get() == 1, "a sync that succeeds would hide what is lost");
  }

  @Test
  void close_whileAnEarlySyncIsUnderWay_waitsForIt() throws IOException {
    NewFile file = new NewFile(below);
    write(file, 32);
    mayFinish.countDown();
    assertDoesNotThrow(file::close);
    assertEquals(1, syncs.get());
  }

  /** Whoever waits for the kernel, in a write or in a sync, waits for the disk. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void transfer_countsWritesAndSyncs(boolean slowSync) throws IOException {
    mayFinish.countDown();
    writeNs = slowSync ? 0 : SLOW_NS;
    syncNs = slowSync ? SLOW_NS : 0;
    try (DiskFile file = new NewFile(below)) {
      write(file, 1);
      file.sync();
      Transfer transfer = file.transfer().orElseThrow();
      assertEquals(MIB, transfer.bytes());
      assertTrue(transfer.busyNs() >= SLOW_NS);
    }
  }

  private static void spend(long ns) {
    long end = System.nanoTime() + ns;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
