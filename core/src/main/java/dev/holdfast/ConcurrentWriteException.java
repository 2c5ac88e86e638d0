// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/**
 * Another thread wrote protected state during capture, so what was captured is not one consistent
 * image; it is never committed. The message names the region, the place and the threads that were
 * running.
 */
public final class ConcurrentWriteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  ConcurrentWriteException(String message) {
    super(message);
  }
}
