// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import java.util.List;

/**
 * What a rehearsal that found no difference has compared.
 *
 * @param steps the program's steps, over all its loops
 * @param stops the steps after which it was stopped and resumed, ascending
 * @param regions the regions and cells whose final bits are the same, in the order of declaration
 * @param outputs the output files whose lines are the same, as paths within the sandbox's output
 *     folder
 * @param notReset what lies outside of the declared state and could not be put back between the
 *     runs, in words; empty when there is nothing of the kind
 */
public record RehearsalReport(
    long steps,
    List<Long> stops,
    List<String> regions,
    List<String> outputs,
    List<String> notReset) {
  public RehearsalReport {
    stops = List.copyOf(stops);
    regions = List.copyOf(regions);
    outputs = List.copyOf(outputs);
    notReset = List.copyOf(notReset);
  }
}
