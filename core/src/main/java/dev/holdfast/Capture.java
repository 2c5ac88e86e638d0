// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import java.util.List;

/**
 * What one capture holds, until it is {@link #committed} or has {@link #failed}; one of the two
 * must be called, once, by any thread, of the earlier capture first. The sources stand still while
 * the capture is open; of a {@link ProtectedState#blocking} state only while the program does.
 */
final class Capture {
  private final ProtectedState state;
  private final List<RegionSource> sources;
  private final long stateBytes;
  private final long changedBytes;
  private final FirstWrites firstWrites;

  Capture(
      ProtectedState state,
      List<RegionSource> sources,
      long stateBytes,
      long changedBytes,
      FirstWrites firstWrites) {
    this.state = state;
    this.sources = sources;
    this.stateBytes = stateBytes;
    this.changedBytes = changedBytes;
    this.firstWrites = firstWrites;
  }

  /**
   * All regions, in the order of their declaration; the list is valid while the capture is open.
   */
  List<RegionSource> sources() {
    return sources;
  }

  long stateBytes() {
    return stateBytes;
  }

  /**
   * The bytes of the blocks that the next version must hold: those of the capture before included,
   * should that not have ended yet.
   */
  long changedBytes() {
    return changedBytes;
  }

  /** What it has cost the program before, to know where to look. */
  FirstWrites firstWrites() {
    return firstWrites;
  }

  /** A version that holds this capture is committed: its blocks are owed no longer. */
  void committed() {
    state.end(this, true);
  }

  /** No version holds this capture: its blocks stay owed. */
  void failed() {
    state.end(this, false);
  }
}
