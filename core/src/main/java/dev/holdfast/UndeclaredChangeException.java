// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/**
 * A region whose {@linkplain DeclaredChanges changes are declared} has changed where the program
 * did not say so. What was captured is not the state and is never committed; the next capture
 * copies the whole region. The message names the region, the block and its elements.
 */
public final class UndeclaredChangeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UndeclaredChangeException(String message) {
    super(message);
  }
}
