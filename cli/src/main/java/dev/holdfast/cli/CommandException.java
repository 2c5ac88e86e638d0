// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.io.Serial;

/** Ends the command with a message for people and a code for scripts. */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int code;

  CommandException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** Wrong usage, in a sentence. */
  static CommandException usage(String message) {
    return new CommandException(ExitCode.USAGE, message);
  }

  /** Wrong usage: what was given, and what to give instead. */
  static CommandException usage(String given, String remedy) {
    return usage(given + ": " + remedy);
  }

  int code() {
    return code;
  }
}
