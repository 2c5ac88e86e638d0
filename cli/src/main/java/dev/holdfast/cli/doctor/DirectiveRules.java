// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.ScriptFinding.problem;
import static dev.holdfast.cli.doctor.ScriptFinding.warning;

import dev.holdfast.cli.doctor.ScriptText.Directive;
import dev.holdfast.cli.doctor.ScriptText.Scheduler;
import java.util.ArrayList;
import java.util.List;

/** Directives that are not heeded. */
final class DirectiveRules {
  private DirectiveRules() {}

  static List<ScriptFinding> of(ScriptText script) {
    List<ScriptFinding> findings = new ArrayList<>();
    late(script, findings);
    spaced(script, findings);
    variables(script, findings);
    firstLine(script, findings);
    return findings;
  }

  private static void late(ScriptText script, List<ScriptFinding> findings) {
    if (script.scheduler() != Scheduler.SLURM && script.scheduler() != Scheduler.PBS) {
      return;
    }
    for (Directive directive : script.late()) {
      findings.add(
          problem(
              directive.line(),
              "directive-late",
              "\"" + directive.text() + "\" is not heeded",
              "directives count before the first command only",
              "put it above line " + script.statements().getFirst().line()));
    }
  }

  private static void spaced(ScriptText script, List<ScriptFinding> findings) {
    for (int i = 0; i < script.raw().size(); i++) {
      if (script
          .raw()
          .get(i)
          .matches("\\s*#\\s+(SBATCH|PBS|BSUB)\\s+-.*|\\s+#(SBATCH|PBS|BSUB).*")) {
        findings.add(
            warning(
                i + 1,
                "directive-spaced",
                "this is a comment, not a directive",
                "there is a blank before SBATCH, PBS or BSUB, or before the #",
                "write it at the begin of the line without the blank, or ## if it is off on purpose"));
      }
    }
  }

  private static void variables(ScriptText script, List<ScriptFinding> findings) {
    if (script.scheduler() != Scheduler.SLURM) {
      return;
    }
    for (Directive directive : script.directives()) {
      if (directive.text().replaceFirst("\\s#.*", "").matches(".*\\$[A-Za-z{(].*")) {
        findings.add(
            problem(
                directive.line(),
                "directive-variable",
                "variables in directives stay as they are",
                "Slurm reads the line, no shell does; a file of that very name is made, or the job is"
                    + " refused",
                "%j, %x, %A, %a in file names; or give the option to sbatch on its command line"));
      }
    }
  }

  private static void firstLine(ScriptText script, List<ScriptFinding> findings) {
    String first = script.raw().isEmpty() ? "" : script.raw().getFirst();
    if (script.slurm() && !first.startsWith("#!")) {
      findings.add(
          problem(
              1,
              "no-shebang",
              "the first line does not name a shell",
              "sbatch refuses the script",
              "#!/bin/bash"));
    }
  }
}
