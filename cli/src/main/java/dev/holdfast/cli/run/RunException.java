// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import java.io.Serial;

/** The command cannot be run at all: a sentence for people and a code for scripts. */
public final class RunException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int code;

  RunException(int code, String message) {
    super(message);
    this.code = code;
  }

  /** What the command ends with. */
  public int code() {
    return code;
  }
}
