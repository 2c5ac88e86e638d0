// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What two finished runs have left, by name: every region of the newest version and the output
 * file, as SHA-256.
 */
record Comparison(Map<String, String> expected, Map<String, String> actual) {
  private static final int DIGITS_SHOWN = 16;

  static Comparison of(Path reference, Path disturbed) throws IOException {
    return new Comparison(
        Digests.of(reference, Demo.STORE, Demo.PROBE),
        Digests.of(disturbed, Demo.STORE, Demo.PROBE));
  }

  boolean same() {
    return expected.equals(actual);
  }

  /** The names whose contents differ, or that only one of them has. */
  Set<String> differing() {
    Set<String> names = new TreeSet<>(expected.keySet());
    names.addAll(actual.keySet());
    names.removeIf(name -> Objects.equals(expected.get(name), actual.get(name)));
    return names;
  }

  String inWords() {
    return same()
        ? "SAME BITS: "
            + String.join(", ", expected.keySet())
            + "   sha256 "
            + Digests.combined(expected).substring(0, DIGITS_SHOWN)
        : "DIFFERENT BITS: " + String.join(", ", differing());
  }
}
