// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Level;

/** How a commit ended. Only {@link Committed} acknowledges the version. */
public sealed interface CommitResult {

  /**
   * The version is durable at its level and will be found at restart.
   *
   * @param number its number
   * @param level what it survives
   * @param full whether it stores every block
   * @param storedBytes the length of its file
   * @param changedBytes raw bytes of the blocks it stores
   */
  record Committed(long number, Level level, boolean full, long storedBytes, long changedBytes)
      implements CommitResult {}

  /**
   * The version is not acknowledged; earlier ones are untouched.
   *
   * @param message what failed, where, and the remedy
   */
  record Failed(String message) implements CommitResult {}

  /**
   * Another run has taken the store over; this one may never commit again.
   *
   * @param by who it is, in words
   */
  record Fenced(String by) implements CommitResult {}
}
