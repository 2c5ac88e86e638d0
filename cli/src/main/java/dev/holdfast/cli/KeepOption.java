// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.KeepText;
import dev.holdfast.storage.KeepRules;

/** Which versions to keep, as the value of {@code --keep}. */
final class KeepOption {
  private KeepOption() {}

  /**
   * Reads the rules.
   *
   * @throws CommandException when they are none
   */
  static KeepRules parse(String text) {
    try {
      return KeepText.parse("--keep", text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }
}
