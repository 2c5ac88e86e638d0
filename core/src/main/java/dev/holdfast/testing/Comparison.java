// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.FileDifference;
import dev.holdfast.VersionDifference;
import dev.holdfast.storage.StoredVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Compares what two runs have left: how they ended, their newest versions region by region, bit for
 * bit, and their output files line by line.
 */
final class Comparison {
  private Comparison() {}

  /** The first difference in each region and each file; empty when there is none. */
  static List<Difference> of(Run first, Run second) {
    List<Difference> all = new ArrayList<>();
    if (!first.ending().equals(second.ending())) {
      all.add(new Difference("the end of the run", "", first.ending(), second.ending()));
    }
    all.addAll(regions(first, second));
    outputs(first, second, all);
    return all;
  }

  /** The differences of the newest versions alone. */
  static List<Difference> regions(Run first, Run second) {
    List<Difference> all = new ArrayList<>();
    Optional<StoredVersion> left = first.version();
    Optional<StoredVersion> right = second.version();
    try (StoredVersion a = left.orElse(null);
        StoredVersion b = right.orElse(null)) {
      if (a == null || b == null) {
        if (a != b) {
          all.add(
              new Difference("the newest version", "", presence(a != null), presence(b != null)));
        }
        return all;
      }
      VersionDifference.between(a, b).forEach(found -> all.add(inOneThing(found)));
    }
    return all;
  }

  private static Difference inOneThing(VersionDifference found) {
    return new Difference(
        found.region().isEmpty() ? "the count of steps" : Difference.region(found.region()),
        found.place().isEmpty() ? "" : "at " + found.place(),
        found.expected(),
        found.actual());
  }

  private static String presence(boolean there) {
    return there ? "there" : "missing";
  }

  private static void outputs(Run first, Run second, List<Difference> all) {
    Map<String, Path> left = first.outputs();
    Map<String, Path> right = second.outputs();
    TreeSet<String> names = new TreeSet<>(left.keySet());
    names.addAll(right.keySet());
    for (String name : names) {
      Path a = left.get(name);
      Path b = right.get(name);
      if (a == null || b == null) {
        all.add(
            new Difference("output file " + name, "", presence(a != null), presence(b != null)));
      } else {
        lines(name, a, b).ifPresent(all::add);
      }
    }
  }

  private static Optional<Difference> lines(String name, Path a, Path b) {
    try {
      return FileDifference.between(a, b)
          .map(found ->
              new Difference(
                  "output file " + name,
                  found.line().isPresent()
                      ? "in line " + found.line().getAsLong()
                      : "at byte " + found.offsetBytes(),
                  found.expected(),
                  found.actual()));
    } catch (IOException e) {
      throw new UncheckedIOException("output file " + name + " of the rehearsal", e);
    }
  }
}
