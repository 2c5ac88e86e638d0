// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.State;
import java.util.List;
import java.util.Map;

/**
 * A version to be committed.
 *
 * @param state where the program stood at the capture
 * @param regions its state, in a stable order
 * @param outputs its output files as they stood at the capture
 * @param ledger the job's ledger at the capture
 * @param costs measured costs
 * @param measured distributions of them, see {@link
 *     dev.holdfast.storage.format.VersionInfo#measured()}
 * @param parameters values that must be the same at restart
 * @param user the program's own notes
 * @param full whether to store every block even where a delta would do
 */
public record Draft(
    State state,
    List<RegionSource> regions,
    List<OutputFile.Mark> outputs,
    Ledger ledger,
    Costs costs,
    Map<String, String> measured,
    Map<String, String> parameters,
    Map<String, String> user,
    boolean full) {
  public Draft {
    regions = List.copyOf(regions);
    outputs = List.copyOf(outputs);
  }
}
