// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory that has transparent huge pages, or none. */
final class HugePages {
  static final long BYTES = 2L << 20;

  private static final int DONTNEED = 4;
  private static final int HUGEPAGE = 14;
  private static final int NOHUGEPAGE = 15;

  private HugePages() {}

  /** Zeroed memory, a whole number of huge pages. */
  static MemorySegment allocate(Arena arena, int hugePages, boolean huge) throws Throwable {
    MemorySegment memory = arena.allocate(hugePages * BYTES, BYTES);
    advise(memory, huge ? HUGEPAGE : NOHUGEPAGE);
    advise(memory, DONTNEED); // what the next write gets is what was advised
    return memory.fill((byte) 0);
  }

  @SuppressWarnings("restricted")
  private static void advise(MemorySegment memory, int advice) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle madvise =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    assertEquals(0, (int) madvise.invokeExact(memory, memory.byteSize(), advice));
  }

  /** The bytes of huge pages in the mapping that this memory begins in. */
  static long bytesIn(MemorySegment memory) throws IOException {
    return field("AnonHugePages:", memory);
  }

  /** The bytes in that mapping that have been touched. */
  static long touchedIn(MemorySegment memory) throws IOException {
    return field("Rss:", memory);
  }

  private static long field(String name, MemorySegment memory) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      String[] words = line.split("[ -]+", -1);
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside =
            Long.parseUnsignedLong(words[0], 16) <= memory.address()
                && memory.address() < Long.parseUnsignedLong(words[1], 16);
      } else if (inside && words[0].equals(name)) {
        return Long.parseLong(words[1]) << 10;
      }
    }
    return 0;
  }
}
