// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.util.List;

/**
 * What {@link Verifier} found in a store.
 *
 * @param findings damage, in the order it was found
 * @param notes what is odd and harmless, such as a file that does not belong there
 * @param versions the versions in the log, ascending
 * @param usable those of them of which every byte can be restored
 * @param files how many files were read
 * @param bytes their length
 */
public record VerifyReport(
    List<Finding> findings,
    List<Note> notes,
    List<Long> versions,
    List<Long> usable,
    int files,
    long bytes) {
  public VerifyReport {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
    versions = List.copyOf(versions);
    usable = List.copyOf(usable);
  }

  /**
   * Bytes that are not what was written.
   *
   * @param file where
   * @param offset byte offset in it, or -1 when it concerns the whole file
   * @param what what was expected and what was found
   * @param versions versions that cannot be restored and need this file
   */
  public record Finding(String file, long offset, String what, List<Long> versions) {
    public Finding {
      versions = List.copyOf(versions);
    }
  }

  /** Something odd and harmless. */
  public record Note(String file, String what) {}

  /** The verdict on the whole store. */
  public enum Outcome {
    /** Every byte is what was written. */
    CLEAN,
    /** Something is damaged; at least one version can be restored. */
    DAMAGED,
    /** Something is damaged, and no version can be restored. */
    NO_USABLE_VERSION
  }

  public Outcome outcome() {
    if (findings.isEmpty()) {
      return Outcome.CLEAN;
    }
    return usable.isEmpty() ? Outcome.NO_USABLE_VERSION : Outcome.DAMAGED;
  }
}
