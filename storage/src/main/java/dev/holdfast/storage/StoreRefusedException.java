// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import java.io.Serial;
import java.nio.file.Path;

/** The path is not a store that may be used; nothing was written. */
public final class StoreRefusedException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  public StoreRefusedException(Path store, String why) {
    super(store + ": " + why, null);
  }
}
