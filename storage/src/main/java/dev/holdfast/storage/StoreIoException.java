// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** The disk refused something. */
public final class StoreIoException extends StoreException {
  @Serial private static final long serialVersionUID = 1L;

  private final IoKind kind;

  /**
   * @param doing what was being done, such as "creating the store"
   * @param path on what
   */
  public StoreIoException(String doing, Path path, IOException cause) {
    super(describe(doing, path, cause), cause);
    this.kind = IoKind.of(cause);
  }

  public IoKind kind() {
    return kind;
  }

  /** The failure and its remedy in one sentence. */
  static String describe(String doing, Path path, IOException cause) {
    return doing + " " + path + ": " + reason(cause) + "; " + IoKind.of(cause).remedy();
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException fs) {
      String reason = fs.getReason();
      return reason != null ? reason : cause.getClass().getSimpleName();
    }
    String message = cause.getMessage();
    return message != null ? message : cause.getClass().getSimpleName();
  }
}
