// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

/** What several schedulers refuse alike. */
final class Refuse {
  private Refuse() {}

  static void parallelEnvironment(ScriptWish wish, String scheduler) {
    if (wish.size().parallelEnvironment().isPresent()) {
      throw new ScriptException(
          "--pe is Grid Engine's: leave it out, " + scheduler + " has no parallel environments");
    }
  }
}
