// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.Serial;

/** A file that no failure can be learned from: the message names the file, why, and the remedy. */
public final class FailureLogException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  FailureLogException(String source, String why) {
    super(source + ": " + why);
  }
}
