// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.StoreException;
import java.io.Serial;
import java.nio.file.Path;

/** Another run is writing to the store; nothing was written. */
public final class StoreHeldException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Holder holder;

  public StoreHeldException(Path store, Holder holder, String evidence) {
    this(
        store,
        holder,
        evidence,
        "wait for it or end it, or, if it is certain that it is gone, set HOLDFAST_BREAK_LOCK=1");
  }

  StoreHeldException(Path store, Holder holder, String evidence, String remedy) {
    super(store + " is held by " + holder.describe() + " (" + evidence + "); " + remedy, null);
    this.holder = holder;
  }

  public Holder holder() {
    return holder;
  }
}
