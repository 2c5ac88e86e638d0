// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.Console;

/** Whether a person is watching. */
final class Terminal {
  private Terminal() {}

  /** Input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // null is still possible: a JVM may lack a console
  static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
