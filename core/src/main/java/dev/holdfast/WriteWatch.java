// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * Which pages of a part may have changed since the last capture. A page that is not named has not
 * changed; one that is may not have either, and is compared with the shadow like any other.
 */
interface WriteWatch extends AutoCloseable {
  /** All pages may have changed, always. */
  WriteWatch NONE = new WriteWatch() {};

  /** Makes ready, which may take a moment: before the loop begins. */
  default void prepare() {}

  /** A capture begins. */
  default void begin() {}

  /** The capture has dealt with every page that may have changed. */
  default void end() {}

  /** Whether it is known what was written before the present capture. */
  default boolean told() {
    return false;
  }

  /** As {@link WrittenPages#next}. */
  default int nextWritten(long base, int from, int length) {
    return from;
  }

  /** As {@link WrittenPages#few}; false where that is not known. */
  default boolean fewWritten(long base, int length) {
    return false;
  }

  /** Whether the program itself says what it writes, and may be wrong. */
  default boolean declared() {
    return false;
  }

  /** The pages that trapped the program since the capture before. */
  default int firstWrites() {
    return 0;
  }

  /** What that has cost the program. */
  default long firstWriteNs() {
    return 0;
  }

  @Override
  default void close() {}
}
