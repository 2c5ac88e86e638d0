// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a program says it has changed of one region, for codes that know: a capture then looks at
 * nothing else of it.
 *
 * <pre>{@code
 * var changes = new DeclaredChanges();
 * double[] u = hf.protect("u", new double[n], changes);
 * for (long step : hf.steps(count)) {
 *   update(u, from, to);
 *   changes.touched(from, to);
 * }
 * }</pre>
 *
 * <p>What was changed and not touched may be missing from versions. So after each capture a sample
 * of the blocks is compared, all of them when assertions are on ({@code -ea}): a difference is an
 * {@link UndeclaredChangeException}.
 *
 * <p>Any thread may call {@link #touched}, as long as none does while a boundary captures.
 */
public final class DeclaredChanges {
  private static final int PAGE_LOG2 = Integer.numberOfTrailingZeros(Pieces.PIECE_BYTES);
  private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);

  private @Nullable String region;
  private long elements;
  private int widthBytes;
  private WrittenPages pages = WrittenPages.of(0, PAGE_LOG2);

  /** Changes of a region that is still to be protected. */
  public DeclaredChanges() {}

  /** What is told here is about this region from now on. */
  WriteWatch of(String name, long elementCount, int elementBytes) {
    if (region != null) {
      throw new IllegalArgumentException(
          "region "
              + name
              + ": its DeclaredChanges are those of region "
              + region
              + " already; make one for each region");
    }
    region = name;
    elements = elementCount;
    widthBytes = elementBytes;
    pages = WrittenPages.of(elementCount * elementBytes, PAGE_LOG2);
    return new Watch(pages);
  }

  /**
   * Elements {@code from} to {@code to - 1} may have changed; of a {@code MemorySegment}, bytes.
   *
   * @throws IndexOutOfBoundsException when the region has no such elements
   * @throws IllegalStateException when no region was protected with this yet
   */
  public void touched(long from, long to) {
    if (region == null) {
      throw new IllegalStateException(
          "these DeclaredChanges have no region yet: give them to protect first");
    }
    if (from < 0 || from > to || to > elements) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "region %s: touched(%d, %d), but its elements are 0 to %d, and the second number is"
                  + " the one behind the last",
              region,
              from,
              to,
              elements - 1));
    }
    if (from < to) {
      set((from * widthBytes) >>> PAGE_LOG2, (to * widthBytes - 1) >>> PAGE_LOG2);
    }
  }

  /** All of it may have changed. */
  public void touchedAll() {
    touched(0, elements);
  }

  private void set(long firstPage, long lastPage) {
    int first = (int) (firstPage >>> 6);
    int last = (int) (lastPage >>> 6);
    for (int word = first; word <= last; word++) {
      long from = word == first ? -1L << firstPage : -1L;
      long to = word == last ? -1L >>> -(lastPage + 1) : -1L;
      long mask = from & to;
      if (((long) BITS.getOpaque(pages.bits(), word) & mask) != mask) {
        BITS.getAndBitwiseOr(pages.bits(), word, mask);
      }
    }
  }

  private record Watch(WrittenPages pages) implements WriteWatch {
    @Override
    public void end() {
      Arrays.fill(pages.bits(), 0);
    }

    @Override
    public boolean told() {
      return true;
    }

    @Override
    public int nextWritten(long base, int from, int length) {
      return pages.next(base, from, length);
    }

    @Override
    public boolean fewWritten(long base, int length) {
      return pages.few(base, length);
    }

    @Override
    public boolean declared() {
      return true;
    }
  }
}
