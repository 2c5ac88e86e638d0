// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import java.io.Serial;

/** The key does not fit what is there: it is missing, another one, or its file cannot be used. */
public final class KeyException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  KeyException(String message) {
    super(message, null);
  }
}
