// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.io.Serial;
import java.util.Locale;

/** Bytes of a store are not what was written. Nothing read from them has been returned. */
public final class DamagedException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String what;

  /**
   * @param file the damaged file
   * @param offset byte offset of the damage in the file, or -1 when it concerns the whole file
   * @param what what was expected and what was found
   */
  public DamagedException(String file, long offset, String what) {
    super(
        offset < 0
            ? String.format(Locale.ROOT, "%s is damaged: %s", file, what)
            : String.format(Locale.ROOT, "%s is damaged at byte %d: %s", file, offset, what),
        null);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }

  public String file() {
    return file;
  }

  public long offset() {
    return offset;
  }

  public String what() {
    return what;
  }
}
