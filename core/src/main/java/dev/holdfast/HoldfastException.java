// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/** A setting or a call that cannot work; the message names it and the remedy. */
public final class HoldfastException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  HoldfastException(String message) {
    super(message);
  }
}
