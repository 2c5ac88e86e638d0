// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.io.Serial;

/** Nobody can write the script that was asked for; the message says why and what to ask for. */
public final class ScriptException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  ScriptException(String message) {
    super(message);
  }
}
