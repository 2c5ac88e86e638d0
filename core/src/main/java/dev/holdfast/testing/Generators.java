// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.Holdfast;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Random generators outside of a program's declared state. What they hold at the beginning is kept
 * the way Holdfast keeps any generator: as a version, from which they are filled in place.
 */
final class Generators {
  private final Path folder;
  private final List<String> places = new ArrayList<>();
  private final List<Object> generators = new ArrayList<>();
  private int looks;

  Generators(Path folder) {
    this.folder = folder;
  }

  /** Adds one whose state can be read; returns whether it can. */
  boolean add(String place, Object generator) {
    try (Holdfast nothing = Holdfast.off()) {
      nothing.protect("generator", generator);
    } catch (IllegalArgumentException e) {
      return false;
    }
    places.add(place);
    generators.add(generator);
    return true;
  }

  /** All have been added: keeps what they hold, or, the next time, puts it back. */
  void keepOrReset() {
    run("first");
  }

  /** Those whose state is not what it was at the beginning. */
  List<String> changes() {
    List<String> changed = new ArrayList<>();
    if (!generators.isEmpty()) {
      Run now = run("look-" + ++looks);
      List<Difference> differences = Comparison.regions(run(folder.resolve("first")), now);
      for (int i = 0; i < places.size(); i++) {
        String region = Difference.region(Integer.toString(i));
        if (differences.stream().anyMatch(d -> d.subject().equals(region))) {
          changed.add(
              places.get(i) + " (a " + generators.get(i).getClass().getName() + ", further on)");
        }
      }
    }
    return changed;
  }

  private static Run run(Path sandbox) {
    return new Run(sandbox, null, null, 0);
  }

  private Run run(String name) {
    Path sandbox = folder.resolve(name);
    if (!generators.isEmpty()) {
      try (Holdfast hf = Holdfast.job("generators").sandbox(sandbox).spare(false).open()) {
        for (int i = 0; i < generators.size(); i++) {
          hf.protect(Integer.toString(i), generators.get(i));
        }
        hf.restore();
        hf.complete();
      }
    }
    return run(sandbox);
  }
}
