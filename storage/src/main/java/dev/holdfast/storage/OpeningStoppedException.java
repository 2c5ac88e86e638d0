// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.StoreException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * Somebody wanted the run to stop while it was waiting to open the store; nothing was written. It
 * has neither begun nor a version of its own, so it is not a stop that the job goes on from.
 */
public final class OpeningStoppedException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  private final String by;

  /**
   * @param holder for whose silence it waited
   * @param by what wanted the stop, in words such as SIGTERM
   */
  public OpeningStoppedException(Path store, Holder holder, String by) {
    super(
        "given up ("
            + by
            + ") while waiting for "
            + store
            + ", last held by "
            + holder.describe()
            + ": the store was not opened, and nothing in it was changed",
        null);
    this.by = by;
  }

  /** What wanted the stop, in words. */
  public String by() {
    return by;
  }
}
