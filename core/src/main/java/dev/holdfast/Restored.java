// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was put back before a program starts.
 *
 * @param version the version's number, 0 when there is none
 * @param newest the newest restart file of it
 * @param put files that were written, because they were missing or different
 * @param movedAside files that were in the way, under their new names
 * @param bytes how much was written
 */
public record Restored(
    long version, Optional<Path> newest, List<Path> put, List<Path> movedAside, long bytes) {
  static final Restored NOTHING = new Restored(0, Optional.empty(), List.of(), List.of(), 0);

  public Restored {
    put = List.copyOf(put);
    movedAside = List.copyOf(movedAside);
  }
}
