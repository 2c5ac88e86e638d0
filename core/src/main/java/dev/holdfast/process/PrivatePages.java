// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import dev.holdfast.process.PageTracker.RefusedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Memory outside the heap by mmap(2), which is touched by nobody before its user does.
 *
 * <p>Parts of files can be mapped into it, copied when they are written: it is memory of its own,
 * no allocator's, so that nobody else expects anything of pages that have become a file's.
 */
public final class PrivatePages {
  /** Begin and length of all memory and of what is mapped are multiples of this. */
  public static final long ALIGN_BYTES = PageTracking.ALIGN_BYTES;

  /** The size of a huge page on x86-64, and on AArch64 with pages of 4 KiB. */
  private static final long HUGE_PAGE_BYTES = 2 << 20;

  private static final Path HUGE_PAGE_SETTING =
      Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  // <sys/mman.h>, <fcntl.h>: the same wherever Linux runs Java with 64 bits
  private static final int PROT_READ = 1;
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MADV_HUGEPAGE = 14;
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 0x80000;

  private final SystemCalls calls;

  PrivatePages(SystemCalls calls) {
    this.calls = calls;
  }

  /**
   * Those of this process.
   *
   * @throws RefusedException when there are none here
   */
  public static PrivatePages ofProcess() throws RefusedException {
    try {
      PageTracking.requireLinux(System.getProperty("os.name"));
      return new PrivatePages(SystemCalls.ofProcess());
    } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
      throw new RefusedException("the JVM refuses calls of the C library (" + e.getMessage() + ")");
    }
  }

  /** Why none can be had; empty where they can. */
  public static Optional<String> refusal() {
    try (Arena arena = Arena.ofConfined()) {
      ofProcess().allocate(arena, ALIGN_BYTES, ALIGN_BYTES);
      return Optional.empty();
    } catch (RefusedException e) {
      return Optional.of(e.reason());
    }
  }

  /** Why {@link #allocateHuge} gets small pages only; empty where the kernel may have huge ones. */
  public static Optional<String> hugePageRefusal() {
    try (Arena arena = Arena.ofConfined()) {
      PrivatePages pages = ofProcess();
      int result = pages.advise(pages.allocate(arena, HUGE_PAGE_BYTES, HUGE_PAGE_BYTES));
      if (result < 0) {
        return Optional.of("madvise: error " + -result);
      }
      return Files.readString(HUGE_PAGE_SETTING).contains("[never]")
          ? Optional.of(HUGE_PAGE_SETTING + " says never")
          : Optional.empty();
    } catch (RefusedException e) {
      return Optional.of(e.reason());
    } catch (IOException e) {
      return Optional.of(HUGE_PAGE_SETTING + " cannot be read");
    }
  }

  /**
   * Zeroed memory, which the arena frees.
   *
   * @param bytes a multiple of {@link #ALIGN_BYTES}
   * @param alignBytes a power of two, at least {@link #ALIGN_BYTES}
   * @throws RefusedException when the kernel has none
   */
  public MemorySegment allocate(Arena arena, long bytes, long alignBytes) throws RefusedException {
    // The kernel aligns to its own pages only: what is too much before and behind is given back.
    long asked = Math.addExact(bytes, alignBytes);
    long begin = calls.mmap(0, asked, PROT_READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin < 0) {
      throw new RefusedException("no memory of " + bytes + " bytes: error " + -begin);
    }
    long from = Math.ceilDiv(begin, alignBytes) * alignBytes;
    if (from > begin) {
      calls.munmap(begin, from - begin);
    }
    calls.munmap(from + bytes, begin + asked - from - bytes);
    return calls.memory(from, bytes, arena);
  }

  /**
   * Zeroed memory for what will be used as a whole, which the arena frees. The kernel gives it in
   * huge pages as far as it has them and may (transparent_hugepage in /sys/kernel/mm): touching it
   * for the first time then takes a tenth of the time.
   *
   * @param bytes at least 1
   * @param alignBytes a power of two
   * @throws RefusedException when the kernel has none
   */
  public MemorySegment allocateHuge(Arena arena, long bytes, long alignBytes)
      throws RefusedException {
    long whole = Math.ceilDiv(bytes, HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
    MemorySegment memory = allocate(arena, whole, Math.max(alignBytes, HUGE_PAGE_BYTES));
    advise(memory); // if that is refused, they are small
    return memory.asSlice(0, bytes);
  }

  private int advise(MemorySegment memory) {
    return calls.madvise(memory.address(), memory.byteSize(), MADV_HUGEPAGE);
  }

  /**
   * Puts a part of a file in the place of memory that this has allocated: what is not written shows
   * the file's bytes, read when they are touched, and what is written is the program's own.
   *
   * @param offset a multiple of {@link #ALIGN_BYTES}
   * @param at begins and ends at a multiple of {@link #ALIGN_BYTES}
   * @param arena unmaps what is returned, and leaves the memory as it is
   * @return the bytes of the same file, whoever writes to the memory; to be read only
   * @throws RefusedException when the kernel does not; the memory is as it was
   */
  public MemorySegment map(Path file, long offset, MemorySegment at, Arena arena)
      throws RefusedException {
    int descriptor = calls.open(file.toString(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      throw new RefusedException(file + " cannot be opened: error " + -descriptor);
    }
    try {
      long bytes = at.byteSize();
      long kept = calls.mmap(0, bytes, PROT_READ, MAP_PRIVATE, descriptor, offset);
      if (kept < 0) {
        throw new RefusedException(file + " cannot be mapped: error " + -kept);
      }
      MemorySegment view = calls.memory(kept, bytes, arena).asReadOnly();
      place(at, MAP_PRIVATE | MAP_FIXED, descriptor, offset);
      return view;
    } finally {
      calls.close(descriptor);
    }
  }

  /**
   * Takes a file away from where {@link #map} has put it: the memory is zeroed.
   *
   * @throws RefusedException when the kernel does not
   */
  public void unmap(MemorySegment at) throws RefusedException {
    place(at, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
  }

  private void place(MemorySegment at, int flags, int descriptor, long offset)
      throws RefusedException {
    long placed =
        calls.mmap(at.address(), at.byteSize(), PROT_READ_WRITE, flags, descriptor, offset);
    if (placed < 0) {
      throw new RefusedException("nothing can be mapped into this memory: error " + -placed);
    }
  }
}
