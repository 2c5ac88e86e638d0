// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.AttemptInfo.Opened;
import dev.holdfast.storage.format.VersionInfo;

/** One record of a store's number line, as a reader finds it. */
public sealed interface StoreRecord {

  /** Its place in the line. */
  long number();

  /**
   * A writer began; the record's number is the attempt's.
   *
   * @param createdEpochMs wall-clock time of writing
   */
  record Attempt(long number, long createdEpochMs, Opened opened) implements StoreRecord {}

  /**
   * One consistent state of the job. That its record is sound says nothing about its blocks.
   *
   * @param attempt the number of the {@link Attempt} that wrote it
   * @param createdEpochMs wall-clock time of writing
   * @param fileBytes the length of its file
   */
  record VersionRecord(
      long number, long attempt, long createdEpochMs, VersionInfo info, long fileBytes)
      implements StoreRecord {}

  /**
   * A writer ended in good order.
   *
   * @param attempt the number of the {@link Attempt} that ended
   * @param createdEpochMs wall-clock time of writing
   */
  record EndRecord(long number, long attempt, long createdEpochMs, Ended ended)
      implements StoreRecord {}

  /**
   * Something learned about an earlier record, which this version of Holdfast does not interpret.
   *
   * @param attempt the number of the {@link Attempt} that wrote it
   * @param createdEpochMs wall-clock time of writing
   */
  record NoteRecord(long number, long attempt, long createdEpochMs) implements StoreRecord {}

  /**
   * A record that is not sound or cannot be read.
   *
   * @param why in words, with the file
   */
  record DamagedRecord(long number, String why) implements StoreRecord {}
}
