// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.process.Signals;

/** Exit codes of children, and of the supervisor itself. */
final class Code {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NO_VERSION = 4;
  static final int HELD = 5;
  static final int OS_ERROR = 71;
  static final int IO_ERROR = 74;
  static final int STOPPED = 75;
  static final int TIME_LIMIT = 124;
  static final int NOT_EXECUTABLE = 126;
  static final int NOT_FOUND = 127;

  /** A process that a signal ended has this plus the signal's number, as in a shell. */
  static final int SIGNAL = 128;

  static final int INTERRUPTED = SIGNAL + 2;
  static final int KILLED = SIGNAL + 9;

  /** Where sysexits.h begins and ends. */
  private static final int SYSEXITS_FIRST = 64;

  private static final int SYSEXITS_LAST = 78;

  private Code() {}

  /**
   * Whether a child that ends so would end so again: its command line, its input or its store is
   * wrong, and to start it once more only spends the allocation.
   */
  static boolean isFinal(int code) {
    boolean sysexits =
        code >= SYSEXITS_FIRST
            && code <= SYSEXITS_LAST
            && code != IO_ERROR // of a disk that may be well again
            && code != STOPPED;
    return sysexits
        || code == DONE
        || code == USAGE
        || code == NO_VERSION
        || code == HELD
        || code == NOT_EXECUTABLE
        || code == NOT_FOUND;
  }

  static boolean isSignal(int code) {
    return code > SIGNAL;
  }

  /** The code of a process that ended by a signal, given without SIG. */
  static int ofSignal(String name) {
    return Signals.exitCode(name);
  }

  /** Such as {@code exit code 1} or {@code SIGKILL}. */
  static String inWords(int code) {
    return Signals.endedBy(code)
        .map(signal -> "SIG" + signal + " (exit code " + code + ")")
        .orElse("exit code " + code);
  }
}
