// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.Serial;

/** The original bytes cannot be told from what is left. The message says what is missing. */
final class BeyondRepairException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  BeyondRepairException(String message) {
    super(message);
  }
}
