// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageTrackingTest {
  private static final int EPERM = 1;
  private static final int EACCES = 13;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;
  private static final long HANDSHAKE = 0xc018_aa3fL;
  private static final long SCAN = 0xc060_6610L;

  /** A kernel that refuses what it is told to, and lies about pages. */
  private static final class Kernel implements SystemCalls {
    private final int userfaultfd;
    private final int device;
    private final int pagemap;
    private final int handshake;
    private final Set<Integer> open = new HashSet<>();

    Kernel(int userfaultfd, int device, int pagemap, int handshake) {
      this.userfaultfd = userfaultfd;
      this.device = device;
      this.pagemap = pagemap;
      this.handshake = handshake;
    }

    private int opened(int descriptor) {
      if (descriptor >= 0) {
        assertTrue(open.add(descriptor));
      }
      return descriptor;
    }

    @Override
    public int pageBytes() {
      return 4096;
    }

    @Override
    public int call(long number, int argument) {
      return opened(userfaultfd);
    }

    @Override
    public int open(String path, int flags) {
      return opened(path.equals("/dev/userfaultfd") ? device : pagemap);
    }

    @Override
    public long mmap(
        long address, long bytes, int protection, int flags, int descriptor, long offset) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public void munmap(long address, long bytes) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public int madvise(long address, long bytes, int advice) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public MemorySegment memory(long address, long bytes, Arena arena) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public int setPriority(int which, int who, int nice) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public int ioctl(int descriptor, long request, long number) {
      return opened(14);
    }

    @Override
    public int ioctl(int descriptor, long request, MemorySegment argument) {
      assertTrue(open.contains(descriptor));
      if (request == SCAN) {
        argument.setAtIndex(
            ValueLayout.JAVA_LONG, 4, argument.getAtIndex(ValueLayout.JAVA_LONG, 3));
      }
      return request == HANDSHAKE ? handshake : 0; // a scan finds nothing written
    }

    @Override
    public void close(int descriptor) {
      assertTrue(open.remove(descriptor));
    }
  }

  private static String refusal(String architecture, Kernel kernel) {
    RefusedException e =
        assertThrows(
            RefusedException.class, () -> PageTracking.open(kernel, architecture, Time.SYSTEM));
    assertEquals(Set.of(), kernel.open, "descriptors left open");
    return e.reason();
  }

  @Test
  void open_refused_saysWhyAndLeavesNothingOpen() {
    assertEquals(
        "userfaultfd is refused (EPERM, not permitted), as in a container whose seccomp profile"
            + " forbids it; /dev/userfaultfd: EACCES, not permitted",
        refusal("amd64", new Kernel(-EPERM, -EACCES, 12, 0)));
    assertEquals(
        "this kernel has no userfaultfd", refusal("aarch64", new Kernel(-ENOSYS, -EACCES, 12, 0)));
    assertTrue(refusal("amd64", new Kernel(11, 13, 12, -EINVAL)).contains("Linux 6.7 or later"));
    assertEquals(
        "/proc/self/pagemap cannot be opened: EACCES, not permitted",
        refusal("amd64", new Kernel(11, 13, -EACCES, 0)));
    assertEquals(
        "Holdfast does not know the calls of riscv64",
        refusal("riscv64", new Kernel(11, 13, 12, 0)));
    assertEquals(
        "this is Mac OS X, not Linux",
        assertThrows(RefusedException.class, () -> PageTracking.requireLinux("Mac OS X")).reason());
  }

  @Test
  void open_kernelThatForgetsWrites_isNotBelieved() {
    assertEquals(
        "this kernel does not tell correctly which pages were written",
        refusal("amd64", new Kernel(11, 13, 12, 0)));
  }

  @Test
  void open_systemCallRefused_takesTheDevice() {
    Kernel kernel = new Kernel(-EPERM, 13, 12, -EINVAL);
    assertTrue(refusal("amd64", kernel).contains("Linux 6.7 or later")); // came so far
  }

  // The real one ----------------------------------------------------------------------------------

  private static PageTracker here() {
    try {
      return PageTracking.ofProcess();
    } catch (RefusedException e) {
      assumeTrue(false, "skipped: pages cannot be tracked here: " + e.reason());
      throw new AssertionError(e);
    }
  }

  @Test
  void takeWritten_writesOfProgramAndSystemCalls_areToldOnce(@TempDir Path temp) throws Exception {
    PageTracker tracker = here();
    int page = tracker.pageBytes();
    assertTrue(tracker.firstWriteNs() > 0);
    Path file = temp.resolve("file");
    Files.write(file, new byte[page]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file)) {
      MemorySegment memory = arena.allocate(200L * page, page);
      long[] written = new long[4];
      tracker.track(memory);
      assertEquals(200, tracker.takeWritten(memory, written));
      assertEquals(0, tracker.takeWritten(memory, written));
      memory.set(ValueLayout.JAVA_BYTE, 3L * page + 17, (byte) 1);
      memory.set(ValueLayout.JAVA_BYTE, 3L * page + 18, (byte) 1);
      assertEquals(page, channel.read(memory.asSlice(70L * page + 8, page).asByteBuffer()));
      long sum = 0;
      for (long at = 0; at < memory.byteSize(); at += page) {
        sum += memory.get(ValueLayout.JAVA_BYTE, at); // reading is no writing
      }
      assertEquals(0, sum);
      assertEquals(3, tracker.takeWritten(memory, written));
      assertEquals(1L << 3, written[0]);
      assertEquals(3L << 6, written[1]); // two pages: the bytes read lie across their border
      assertEquals(0, tracker.takeWritten(memory, written));
      tracker.untrack(memory);
      assertThrows(RefusedException.class, () -> tracker.takeWritten(memory, written));
    }
  }

  @Test
  void takeWritten_partOfAMapping_leavesTheRestAlone() throws Exception {
    PageTracker tracker = here();
    int page = tracker.pageBytes();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(30L * page, page);
      MemorySegment middle = memory.asSlice(10L * page, 10L * page);
      long[] written = new long[1];
      tracker.track(middle);
      assertEquals(10, tracker.takeWritten(middle, written));
      memory.fill((byte) 1);
      assertEquals(10, tracker.takeWritten(middle, written));
      tracker.untrack(middle);
    }
  }
}
