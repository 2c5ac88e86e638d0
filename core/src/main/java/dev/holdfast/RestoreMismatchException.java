// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;
import java.util.List;

/**
 * A version does not fit what the program protects. The message lists every difference; no value of
 * the program has been touched.
 */
public final class RestoreMismatchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<String> differences;

  RestoreMismatchException(List<String> differences) {
    super(
        "the version does not fit this program:\n  "
            + String.join("\n  ", differences)
            + "\nRemedy: run the program that wrote the version, or undo the change; to begin anew"
            + " instead, set HOLDFAST_FRESH=1, which sets the old store aside");
    this.differences = List.copyOf(differences);
  }

  /** Each difference, naming both sides. */
  public List<String> differences() {
    return differences;
  }
}
