// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/**
 * Another run has taken the store over, for instance while this one was suspended; thrown at a
 * boundary, because nothing that this run computes from here on can ever be committed. Exit code 5.
 */
public final class Fenced extends Error {
  @Serial private static final long serialVersionUID = 1L;

  Fenced(String message) {
    super(message, null, false, false);
  }
}
