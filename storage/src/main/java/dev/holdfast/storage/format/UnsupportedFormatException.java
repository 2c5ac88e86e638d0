// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.io.Serial;

/** A file is sound but was written by a version of Holdfast that this one does not understand. */
public final class UnsupportedFormatException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  public UnsupportedFormatException(String file, String what) {
    super(file + ": " + what + "; use the Holdfast version that wrote it, or a newer one", null);
  }
}
