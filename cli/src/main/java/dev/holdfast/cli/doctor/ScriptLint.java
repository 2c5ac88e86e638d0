// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Points out, in a batch script that somebody has, the known traps: each one has cost people's work
 * in public scripts. The script is read and not run; what it does by eval or in files it sources is
 * not seen, and not finding anything proves nothing.
 */
public final class ScriptLint {
  private ScriptLint() {}

  /** Findings in the order of lines. */
  public static List<ScriptFinding> of(String text) {
    List<ScriptFinding> findings = new ArrayList<>();
    if (text.contains("\r\n")) {
      findings.add(
          ScriptFinding.problem(
              1,
              "dos-lines",
              "the lines end as on Windows",
              "sbatch refuses the script, other shells look for programs with \\r in their names",
              "sed -i 's/\\r$//' FILE"));
    }
    ScriptText script = ScriptText.of(text);
    findings.addAll(DirectiveRules.of(script));
    findings.addAll(SignalRules.of(script));
    findings.addAll(RequeueRules.of(script));
    findings.addAll(CheckpointRules.of(script));
    findings.sort(Comparator.comparingInt(ScriptFinding::line));
    return findings;
  }
}
