// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Protected states for tests. */
final class States {
  static final long PLENTY = 256L << 20;

  private States() {}

  static ProtectedState of(Region... regions) {
    return of(PLENTY, PLENTY, regions);
  }

  static ProtectedState of(long memoryBytes, long poolBytes, Region... regions) {
    ProtectedState state = new ProtectedState(memoryBytes, poolBytes, true, 2);
    for (Region region : regions) {
      state.add(region);
    }
    return state;
  }

  /** A variable with a value. */
  static <T> Region variable(String name, Ref<T> ref) {
    return Regions.variable(name, ref::get, ref::set, null);
  }

  /** Captures, makes a full version and commits. */
  static StoredImage commit(ProtectedState state) {
    Capture capture = state.capture();
    StoredImage image = StoredImage.full(capture);
    capture.committed();
    return image;
  }

  /** A full version of these regions. */
  static StoredImage image(Region... regions) {
    try (ProtectedState state = of(regions)) {
      return commit(state);
    }
  }

  /** Restores a version into these regions; the next capture must find nothing to store. */
  static void restore(StoredImage version, Region... regions) {
    try (ProtectedState state = of(regions)) {
      state.restore(version);
      Capture capture = state.capture();
      assertEquals(0, capture.changedBytes());
      StoredImage.delta(capture, version).assertSameAs(version);
      capture.committed();
    }
  }

  /** Restores a version whose list of regions may differ by empty row lengths. */
  static void restoreLoosely(StoredImage version, Region... regions) {
    try (ProtectedState state = of(regions)) {
      state.restore(version);
      Capture capture = state.capture();
      assertEquals(0, capture.changedBytes());
      capture.committed();
    }
  }

  static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }
}
