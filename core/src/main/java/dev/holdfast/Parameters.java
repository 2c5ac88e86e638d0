// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.file.Path;
import java.time.Duration;

/** Values that must be the same at a restart, as text that shows their type. */
final class Parameters {
  private Parameters() {}

  static String text(String name, Object value) {
    Class<?> type = value.getClass();
    boolean readable =
        value instanceof Number
            || value instanceof CharSequence
            || value instanceof Boolean
            || value instanceof Character
            || value instanceof Enum<?>
            || value instanceof Record
            || value instanceof Duration
            || value instanceof Path;
    if (!readable) {
      throw new HoldfastException(
          "parameter "
              + name
              + ": a "
              + type.getTypeName()
              + " cannot be compared as text; record a number, text, an enum or a record");
    }
    return value + " (" + type.getSimpleName() + ")";
  }
}
