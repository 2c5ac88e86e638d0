// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.IoKind;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
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
    return doing + " " + path + ": " + reason(path, cause) + "; " + IoKind.of(cause).remedy();
  }

  /** The system's reason, where Java has made a class of it instead of a text. */
  private static String inWords(FileSystemException cause) {
    return switch (cause) {
      case NoSuchFileException e -> "no such file or directory";
      case AccessDeniedException e -> "permission denied";
      case FileAlreadyExistsException e -> "the name is taken";
      case NotDirectoryException e -> "not a directory";
      default -> cause.getClass().getSimpleName();
    };
  }

  /** The file on which it failed, where that is another one. */
  private static String at(Path path, FileSystemException cause) {
    String file = cause.getFile();
    return file == null || file.equals(path.toString()) ? "" : " (" + file + ")";
  }

  private static String reason(Path path, IOException cause) {
    if (cause instanceof FileSystemException fs) {
      String reason = fs.getReason();
      return (reason != null ? reason : inWords(fs)) + at(path, fs);
    }
    String message = cause.getMessage();
    return message != null ? message : cause.getClass().getSimpleName();
  }
}
