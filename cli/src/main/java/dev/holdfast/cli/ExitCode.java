// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

/** The codes that the command ends with; a code that is not here is a failure. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int DAMAGE = 3;

  /**
   * Of a drill: the job survived with other bits. As with damage, what is left is not all right.
   */
  static final int OTHER_BITS = 3;

  static final int NO_VERSION = 4;
  static final int HELD = 5;
  static final int BAD_DATA = 65;
  static final int CANNOT_CREATE = 73;
  static final int IO_ERROR = 74;
  static final int BAD_CONFIGURATION = 78;

  /** What a shell reports for a program that SIGPIPE ended: the reader has had enough. */
  static final int PIPE_CLOSED = 128 + 13;

  private ExitCode() {}
}
