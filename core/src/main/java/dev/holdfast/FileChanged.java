// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.Serial;

/** A restart file was written while it was being read: no version is made of it now. */
final class FileChanged extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  FileChanged(String what) {
    super(what);
  }

  /** What has changed. */
  String what() {
    return String.valueOf(getMessage());
  }
}
