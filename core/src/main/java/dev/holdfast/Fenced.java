// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;
import java.nio.file.Path;

/**
 * Another run has taken the store over, for instance while this one was suspended; thrown at a
 * boundary, because nothing that this run computes from here on can ever be committed. Exit code 5.
 */
public final class Fenced extends Error {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param by who has taken the store over, in words
   */
  Fenced(Path store, String by) {
    super(
        store
            + " was taken over by "
            + by
            + "; nothing that this run computes from here on can be committed",
        null,
        false,
        false);
  }
}
