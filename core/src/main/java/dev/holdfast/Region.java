// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionSchema;
import java.util.List;
import java.util.Map;

/**
 * One declaration of protected state. It is stored as one region, or as two when a nested array
 * needs its row lengths beside its elements.
 *
 * <p>The order of calls is {@link #refresh}, then the parts, then {@link #release}; or for a
 * restore {@link #compare}, {@link #beginRestore}, filling the parts, {@link #finishRestore}.
 */
abstract class Region {
  /** Ends the name of the region that holds row lengths; no user's name contains '#'. */
  static final String LENGTHS = "#lengths";

  private final String name;
  private boolean changed;
  private boolean everChanged;
  private int quietCaptures;

  Region(String name) {
    this.name = name;
  }

  final String name() {
    return name;
  }

  /** The stored regions, the values first. The list never changes. */
  abstract List<Part> parts();

  /** Looks at the live value: its size, shape and place. */
  abstract void refresh();

  /** Looks again within the same capture, at no more than may have been written meanwhile. */
  void refreshAgain() {
    refresh();
  }

  /** Lets the live value go until the next refresh. */
  void release() {}

  /** Offers a buffer to encode into, shared by all regions of a program. */
  void shareBuffer(EncodeBuffer shared) {}

  /** Whether size and shape must be the same at restart. */
  abstract boolean shapeMustMatch();

  final RegionSchema mainSchema() {
    return parts().getFirst().schema();
  }

  /** Adds what differs between this declaration and the regions of a version. */
  final void compare(Map<String, RegionSchema> stored, List<String> differences) {
    RegionSchema here = mainSchema();
    RegionSchema there = stored.get(name);
    if (there == null) {
      differences.add(name + ": declared as " + Schemas.inWords(here) + ", not in the version");
    } else if (here.kind() != there.kind()
        || !here.typeName().equals(there.typeName())
        || (shapeMustMatch()
            && (here.sizeBytes() != there.sizeBytes() || !here.shape().equals(there.shape())))) {
      differences.add(
          name
              + ": declared as "
              + Schemas.inWords(here)
              + ", in the version "
              + Schemas.inWords(there));
    } else if (!canHold(there, stored)) {
      differences.add(
          name + ": the version's " + Schemas.inWords(there) + " contradicts its size or shape");
    }
  }

  /** Whether a value can be made from a stored region of the right type. */
  boolean canHold(RegionSchema there, Map<String, RegionSchema> stored) {
    return true;
  }

  /**
   * Makes ready to be filled; nothing of the program is touched yet.
   *
   * @param differences takes what only the version's bytes can tell to be different
   */
  abstract void beginRestore(StoredRegions stored, List<String> differences);

  /** Hands the restored value to the program. */
  abstract void finishRestore();

  /** Says that a capture has found the region changed. */
  final void noteChange() {
    changed = true;
  }

  /** Takes note of a capture in which some region has changed. */
  final void noteCapture() {
    quietCaptures += changed ? 0 : 1;
    everChanged |= changed;
    changed = false;
  }

  /** Whether it has never changed in at least so many captures in which others did. */
  final boolean idle(int captures) {
    return !everChanged && quietCaptures >= captures;
  }
}
