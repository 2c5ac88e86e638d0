// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What a demonstration has shown. Fewer kills than were asked for show less, even when the bits
 * agree: that is no success.
 *
 * @param delivered the kills that struck
 * @param kills those that were asked for
 */
record DemoVerdict(Comparison comparison, int delivered, int kills) {

  boolean success() {
    return comparison.same() && delivered == kills;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(comparison.inWords()));
    if (delivered < kills) {
      lines.add(
          Text.format(
              "ONLY %d OF %d KILLS STRUCK before the end: choose a larger --size or more --steps",
              delivered, kills));
    }
    return lines;
  }
}
