// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import java.io.Serial;
import java.lang.foreign.MemorySegment;

/**
 * Tells which pages of this process's memory have been written, by whatever: other threads and
 * system calls that read into it included. Only devices that were given an address for good are not
 * seen (RDMA, buffers registered with io_uring).
 */
public interface PageTracker {
  /** The unit of tracking, a power of two. */
  int pageBytes();

  /** What the program pays for its first write to a page since the last {@link #takeWritten}. */
  long firstWriteNs();

  /**
   * Begins to track; until the first {@link #takeWritten} every page counts as written.
   *
   * @param memory whole pages of private memory of this process
   * @throws RefusedException when it cannot be tracked; then it is not
   */
  void track(MemorySegment memory) throws RefusedException;

  /** Ends tracking: writes cost nothing any more. Does nothing where there is none. */
  void untrack(MemorySegment memory);

  /**
   * Takes the pages that have been written since the last call, each and its protection at once: a
   * write meanwhile is found by this call or by the next.
   *
   * @param memory what is tracked
   * @param written is made to hold a bit for each page; long enough
   * @return how many pages were written
   * @throws RefusedException when that cannot be told any more; pages may be missing then
   */
  int takeWritten(MemorySegment memory, long[] written) throws RefusedException;

  /** Pages cannot be tracked; the message says why. */
  final class RefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    public RefusedException(String reason) {
      super(reason);
    }

    /** Why. */
    public String reason() {
      return String.valueOf(getMessage());
    }
  }
}
