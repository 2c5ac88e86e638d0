// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * A bit for each page of a part: whether it may have been written since the last capture.
 *
 * @param bits page {@code p} is bit {@code p mod 64} of word {@code p / 64}
 * @param pageLog2 the size of a page
 */
@SuppressWarnings("ArrayRecordComponent")
record WrittenPages(long[] bits, int pageLog2) {
  static WrittenPages of(long partBytes, int pageLog2) {
    long pages = Math.ceilDiv(partBytes, 1L << pageLog2);
    return new WrittenPages(new long[Math.toIntExact(Math.ceilDiv(pages, Long.SIZE))], pageLog2);
  }

  /**
   * Where the next page that may have changed is.
   *
   * @param base where a block begins, a whole number of pages
   * @param from where to look from, in the block
   * @param length the block's
   * @return {@code from} or the begin of a later page in the block; its length when there is none
   */
  int next(long base, int from, int length) {
    long end = (base + length + (1L << pageLog2) - 1) >>> pageLog2;
    long page = (base + from) >>> pageLog2;
    while (page < end) {
      long word = bits[(int) (page >>> 6)] >>> page;
      if (word != 0) {
        page += Long.numberOfTrailingZeros(word);
        return page < end ? (int) Math.max(from, (page << pageLog2) - base) : length;
      }
      page = (page | Long.SIZE - 1) + 1;
    }
    return length;
  }

  /** Whether at most half of a block was written; {@code base} is where it begins. */
  boolean few(long base, int length) {
    int pages = 0;
    int pageBytes = 1 << pageLog2;
    for (int at = next(base, 0, length); at < length; at = next(base, at + pageBytes, length)) {
      pages++;
    }
    return 2L * pages * pageBytes <= length;
  }
}
