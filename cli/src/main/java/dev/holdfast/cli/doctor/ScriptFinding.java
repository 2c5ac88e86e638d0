// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

/**
 * A known trap in a batch script.
 *
 * @param line counted from 1
 * @param certain whether it bites whenever the case comes up; otherwise it depends on what the
 *     script does not show
 * @param rule a short name for programs
 * @param what the trap, in a sentence
 * @param why what happens
 * @param remedy what to write instead
 */
public record ScriptFinding(
    int line, boolean certain, String rule, String what, String why, String remedy) {
  static ScriptFinding problem(int line, String rule, String what, String why, String remedy) {
    return new ScriptFinding(line, true, rule, what, why, remedy);
  }

  static ScriptFinding warning(int line, String rule, String what, String why, String remedy) {
    return new ScriptFinding(line, false, rule, what, why, remedy);
  }
}
