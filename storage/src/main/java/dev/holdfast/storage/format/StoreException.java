// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Any failure of a store. The message names the file, what was found and the remedy. */
public abstract class StoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  protected StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public final String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
