// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.util.List;

/**
 * What {@link Repair} has done to a store, or would do.
 *
 * @param applied whether it was done
 * @param steps in order
 * @param verified the store as it was then: after the repair, or as it is when none was made
 */
public record RepairReport(boolean applied, List<Step> steps, VerifyReport verified) {
  public RepairReport {
    steps = List.copyOf(steps);
  }

  /**
   * One file.
   *
   * @param file which
   * @param kind what is done with it
   * @param details what is put right and how that is proven; or why nothing is done
   */
  public record Step(String file, Kind kind, List<String> details) {
    public Step {
      details = List.copyOf(details);
    }
  }

  /** What is done with a damaged file. */
  public enum Kind {
    /** Written anew as it was at first; the damaged one is kept in quarantine. */
    REBUILD,
    /** The same, but for blocks that are lost: what does not need them can be restored. */
    REBUILD_IN_PART,
    /** Moved into quarantine, because nothing that restores needs it. */
    SET_ASIDE,
    /** Left where it is. */
    LEAVE
  }
}
