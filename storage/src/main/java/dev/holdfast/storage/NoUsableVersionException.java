// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Versions exist and none can be used: an error, never a fresh start. */
public final class NoUsableVersionException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  public NoUsableVersionException(Path store, List<Rejection> rejected) {
    super(
        store
            + " holds no usable version:"
            + rejected.stream().map(r -> "\n  " + r).collect(Collectors.joining())
            + "\n"
            + "no version was touched; to begin again from nothing set HOLDFAST_FRESH=1, which sets"
            + " this store aside and deletes nothing",
        null);
  }

  public NoUsableVersionException(Path store, String why) {
    super(store + ": " + why, null);
  }

  /**
   * A version that was passed over, and why.
   *
   * @param record whether it is only known that there was a record, maybe of another type
   */
  public record Rejection(long number, String why, boolean record) {
    public Rejection(long number, String why) {
      this(number, why, false);
    }

    /** A record that was lost, whatever it was. */
    static Rejection lost(long number, String why) {
      return new Rejection(number, why, true);
    }

    @Override
    public String toString() {
      return (record ? "record " : "version ") + number + ": " + why;
    }
  }
}
