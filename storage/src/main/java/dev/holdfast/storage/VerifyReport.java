// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.VerifyOptions.Depth;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Verifier} found in a store.
 *
 * @param depth how far it has looked
 * @param sample which blocks it has read, when not all
 * @param findings damage, by file and place
 * @param notes what is odd and harmless, such as a file that does not belong there
 * @param versions the versions in the log, ascending
 * @param usable those of them in which nothing was found wrong at this depth; at {@link
 *     Depth#BLOCKS} and without a sample every byte of them can be restored
 * @param files how many files were looked at
 * @param bytes their length
 * @param outcome the verdict
 */
public record VerifyReport(
    Depth depth,
    Optional<Sample> sample,
    List<Finding> findings,
    List<Note> notes,
    List<Long> versions,
    List<Long> usable,
    int files,
    long bytes,
    Outcome outcome) {
  public VerifyReport {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
    versions = List.copyOf(versions);
    usable = List.copyOf(usable);
  }

  /**
   * Which blocks were read.
   *
   * @param share the share that was asked for
   * @param seed reads the same blocks again
   * @param blockBytes stored bytes of all blocks
   * @param readBytes those that were read
   */
  public record Sample(double share, long seed, long blockBytes, long readBytes) {
    /** After how many such samples, each with a seed of its own, 99 % of the blocks were read. */
    public long runsForNearlyAll() {
      return share == 1 ? 1 : (long) Math.ceil(Math.log(0.01) / Math.log1p(-share));
    }
  }

  /**
   * Bytes that are not what was written.
   *
   * @param number the record whose file it is; 0 for other files
   * @param file where
   * @param offset byte offset in it, or -1 when it concerns the whole file
   * @param what what was expected and what was found
   * @param expected the value that was expected, where one was compared
   * @param actual the value that was found in its place
   * @param versions versions that cannot be restored and need this file
   */
  public record Finding(
      long number,
      String file,
      long offset,
      String what,
      Optional<String> expected,
      Optional<String> actual,
      List<Long> versions) {
    public Finding {
      versions = List.copyOf(versions);
    }
  }

  /** Something odd and harmless. */
  public record Note(String file, String what) {}

  /** The verdict on the whole store, as far as was to be looked. */
  public enum Outcome {
    /** Every byte that was looked at is what was written. */
    CLEAN,
    /** Something is damaged; a version can be restored, or none was ever made. */
    DAMAGED,
    /** Something is damaged, versions were or may have been made, and none can be restored. */
    NO_USABLE_VERSION
  }
}
