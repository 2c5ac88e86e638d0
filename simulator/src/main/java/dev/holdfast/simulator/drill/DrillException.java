// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.io.Serial;

/** The drill cannot be held: there is no such program, or it was asked to end. */
public final class DrillException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  DrillException(String message) {
    super(message);
  }
}
