// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import dev.holdfast.storage.io.Time;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Page tracking by Linux 6.7 or later: a userfaultfd write-protects pages, the kernel itself lifts
 * the protection of a page that is written and remembers it (asynchronous mode: nobody waits, no
 * thread handles anything), and an ioctl on {@code /proc/self/pagemap} takes the pages that were
 * written and protects them again in one go.
 *
 * <p>The descriptor is for faults of user code only, which any user may have unless a sandbox
 * refuses it; faults of system calls are resolved by the kernel all the same in this mode. Where
 * the system call is refused, {@code /dev/userfaultfd} is tried.
 *
 * <p>Transparent huge pages need no care: a huge page is protected as one, and the first write to
 * it splits it into pages, of which one is written.
 */
public final class PageTracking implements PageTracker {
  /** Less memory is compared sooner than it is set up for tracking. */
  public static final long MEMORY_BYTES_MIN = 4L << 20;

  /** Memory that begins and ends at a multiple of this has whole pages on every machine. */
  public static final long ALIGN_BYTES = 64 << 10;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  // <asm/unistd.h>, <fcntl.h>, <errno.h>
  private static final long SYS_USERFAULTFD_X86 = 323;
  private static final long SYS_USERFAULTFD_ARM = 282;
  private static final int O_RDONLY = 0;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int EINVAL = 22;
  private static final int ENOTTY = 25;
  private static final int ENOSYS = 38;

  // <linux/userfaultfd.h>
  private static final int USER_MODE_ONLY = 1;
  private static final long USERFAULTFD_IOC_NEW = 0xaa00L;
  private static final long UFFDIO_API = 0xc018_aa3fL;
  private static final long UFFDIO_REGISTER = 0xc020_aa00L;
  private static final long UFFDIO_UNREGISTER = 0x8010_aa01L;
  private static final long API = 0xaa;
  private static final long FEATURE_WP_UNPOPULATED = 1 << 13;
  private static final long FEATURE_WP_ASYNC = 1 << 15;
  private static final long REGISTER_MODE_WP = 1 << 1;

  // <linux/fs.h>
  private static final long PAGEMAP_SCAN = 0xc060_6610L;
  private static final long SCAN_WP_MATCHING = 1;
  private static final long SCAN_CHECK_WPASYNC = 1 << 1;
  private static final long PAGE_IS_WRITTEN = 1 << 1;
  private static final int SCAN_LONGS = 12;
  private static final int WALK_END = 4;
  private static final int RANGE_LONGS = 3;
  private static final int RANGES = 4096;

  private static final int PROBE_PAGES = 256;
  private static final int PROBE_ROUNDS = 4;
  private static final long EVERY_THIRD = 0x9249_2492_4924_9249L;

  private final SystemCalls calls;
  private final int pageBytes;
  private final int faults;
  private final int pagemap;
  private long firstWriteNs;

  // Filled anew for every call; the kernel's view of them is that of an array of longs.
  private final MemorySegment argument;
  private final MemorySegment ranges;

  private PageTracking(SystemCalls calls, int faults, int pagemap) {
    this.calls = calls;
    this.faults = faults;
    this.pagemap = pagemap;
    pageBytes = calls.pageBytes();
    argument = Arena.ofAuto().allocate(LONG, SCAN_LONGS);
    ranges = Arena.ofAuto().allocate(LONG, (long) RANGES * RANGE_LONGS);
  }

  /**
   * The tracker of this process, tried out; one for its whole life.
   *
   * @throws RefusedException when there is none here
   */
  public static PageTracker ofProcess() throws RefusedException {
    PageTracker found = OfProcess.TRACKER;
    if (found == null) {
      throw new RefusedException(OfProcess.REFUSAL);
    }
    return found;
  }

  /** Looked for once, when it is wanted: to prepare calls of the C library takes some 50 ms. */
  private static final class OfProcess {
    static final @Nullable PageTracker TRACKER;
    static final String REFUSAL;

    static {
      PageTracker found = null;
      String refusal = "";
      try {
        requireLinux(System.getProperty("os.name"));
        found = open(SystemCalls.ofProcess(), System.getProperty("os.arch"), Time.SYSTEM);
      } catch (RefusedException e) {
        refusal = e.reason();
      } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
        refusal = "the JVM refuses calls of the C library (" + e.getMessage() + ")";
      }
      TRACKER = found;
      REFUSAL = refusal;
    }
  }

  static void requireLinux(String system) throws RefusedException {
    if (!system.equals("Linux")) {
      throw new RefusedException("this is " + system + ", not Linux");
    }
  }

  /** Opens both descriptors and tries them. */
  static PageTracking open(SystemCalls calls, String architecture, Time time)
      throws RefusedException {
    int faults = userfaultfd(calls, architecture);
    int pagemap = calls.open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    try {
      if (pagemap < 0) {
        throw new RefusedException("/proc/self/pagemap cannot be opened: " + words(pagemap));
      }
      PageTracking tracking = new PageTracking(calls, faults, pagemap);
      tracking.shakeHands();
      tracking.tryOut(time);
      return tracking;
    } catch (RefusedException e) {
      calls.close(faults);
      if (pagemap >= 0) {
        calls.close(pagemap);
      }
      throw e;
    }
  }

  private static int userfaultfd(SystemCalls calls, String architecture) throws RefusedException {
    long number =
        switch (architecture) {
          case "amd64", "x86_64" -> SYS_USERFAULTFD_X86;
          case "aarch64" -> SYS_USERFAULTFD_ARM;
          default ->
              throw new RefusedException("Holdfast does not know the calls of " + architecture);
        };
    int flags = O_CLOEXEC | USER_MODE_ONLY;
    int opened = calls.call(number, flags);
    if (opened >= 0) {
      return opened;
    }
    int device = calls.open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
    int fromDevice = device < 0 ? device : calls.ioctl(device, USERFAULTFD_IOC_NEW, flags);
    if (device >= 0) {
      calls.close(device);
    }
    if (fromDevice < 0) {
      throw new RefusedException(
          opened == -ENOSYS
              ? "this kernel has no userfaultfd"
              : "userfaultfd is refused ("
                  + words(opened)
                  + "), as in a container whose seccomp profile forbids it; /dev/userfaultfd: "
                  + words(fromDevice));
    }
    return fromDevice;
  }

  private static String words(int result) {
    return switch (-result) {
      case EPERM -> "EPERM, not permitted";
      case ENOENT -> "ENOENT, not there";
      case EACCES -> "EACCES, not permitted";
      case EINVAL -> "EINVAL, not known";
      case ENOTTY -> "ENOTTY, not known";
      case ENOSYS -> "ENOSYS, not known";
      default -> "errno " + -result;
    };
  }

  private void shakeHands() throws RefusedException {
    fill(API, FEATURE_WP_UNPOPULATED | FEATURE_WP_ASYNC, 0);
    int result = calls.ioctl(faults, UFFDIO_API, argument);
    if (result < 0) {
      throw new RefusedException(
          result == -EINVAL
              ? "this kernel ("
                  + System.getProperty("os.version")
                  + ") has no asynchronous write-protection; Linux 6.7 or later has, on x86-64 and,"
                  + " from 6.11, on AArch64"
              : "userfaultfd does not work: " + words(result));
    }
  }

  /** Whether it tells the truth about some pages, and what a first write costs. */
  private void tryOut(Time time) throws RefusedException {
    long bytes = (long) PROBE_PAGES * pageBytes;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(bytes, pageBytes);
      track(memory);
      try {
        long[] written = new long[PROBE_PAGES / Long.SIZE];
        require(takeWritten(memory, written) == PROBE_PAGES);
        long quickest = Long.MAX_VALUE;
        for (int round = 0; round < PROBE_ROUNDS; round++) {
          long first = fillNs(memory, time);
          quickest = Math.min(quickest, first - fillNs(memory, time));
          require(takeWritten(memory, written) == PROBE_PAGES);
        }
        firstWriteNs = Math.max(1, quickest / PROBE_PAGES);
        require(takeWritten(memory, written) == 0);
        for (int page = 0; page < PROBE_PAGES; page += 3) {
          memory.set(ValueLayout.JAVA_BYTE, (long) page * pageBytes, (byte) 1);
        }
        int third = takeWritten(memory, written);
        require(third == (PROBE_PAGES + 2) / 3 && written[0] == EVERY_THIRD);
      } finally {
        untrack(memory);
      }
    }
  }

  private static long fillNs(MemorySegment memory, Time time) {
    long from = time.nanoTime();
    memory.fill((byte) from);
    return time.nanoTime() - from;
  }

  private static void require(boolean told) throws RefusedException {
    if (!told) {
      throw new RefusedException("this kernel does not tell correctly which pages were written");
    }
  }

  @Override
  public int pageBytes() {
    return pageBytes;
  }

  @Override
  public long firstWriteNs() {
    return firstWriteNs;
  }

  @Override
  public synchronized void track(MemorySegment memory) throws RefusedException {
    fill(memory.address(), memory.byteSize(), REGISTER_MODE_WP, 0);
    int result = calls.ioctl(faults, UFFDIO_REGISTER, argument);
    if (result < 0) {
      throw new RefusedException("memory cannot be registered with userfaultfd: " + words(result));
    }
  }

  @Override
  public synchronized void untrack(MemorySegment memory) {
    fill(memory.address(), memory.byteSize());
    calls.ioctl(faults, UFFDIO_UNREGISTER, argument); // fails only where nothing is registered
  }

  @Override
  public synchronized int takeWritten(MemorySegment memory, long[] written)
      throws RefusedException {
    Arrays.fill(written, 0);
    long begin = memory.address();
    long end = begin + memory.byteSize();
    int pages = 0;
    for (long at = begin; at < end; at = argument.getAtIndex(LONG, WALK_END)) {
      fill(
          SCAN_LONGS * Long.BYTES,
          SCAN_WP_MATCHING | SCAN_CHECK_WPASYNC,
          at,
          end,
          0,
          ranges.address(),
          RANGES,
          0,
          0,
          PAGE_IS_WRITTEN,
          0,
          PAGE_IS_WRITTEN);
      int found = calls.ioctl(pagemap, PAGEMAP_SCAN, argument);
      if (found < 0) {
        throw new RefusedException("PAGEMAP_SCAN is refused: " + words(found));
      }
      pages += collect(found, begin, written);
    }
    return pages;
  }

  private int collect(int found, long begin, long[] written) {
    int pages = 0;
    for (int i = 0; i < found; i++) {
      int from = (int) ((ranges.getAtIndex(LONG, RANGE_LONGS * (long) i) - begin) / pageBytes);
      int to = (int) ((ranges.getAtIndex(LONG, RANGE_LONGS * (long) i + 1) - begin) / pageBytes);
      for (int page = from; page < to; page++) {
        written[page >>> 6] |= 1L << page;
      }
      pages += to - from;
    }
    return pages;
  }

  private void fill(long... values) {
    for (int i = 0; i < values.length; i++) {
      argument.setAtIndex(LONG, i, values[i]);
    }
  }
}
