// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What kind of failure an IOException is. Java hands on the system's text and no error number, so
 * the English text of the C library is what there is to go by; an unknown text is {@link #IO}.
 */
public enum IoKind {
  NO_SPACE("free space there, or inodes where df still shows space (df -i)"),
  QUOTA("raise the quota or remove files of the same owner and group"),
  READ_ONLY("the file system has become read-only: ask the administrator"),
  PERMISSION("check its owner and mode, and those of its folder"),
  TOO_MANY_FILES("raise the limit on open files (ulimit -n)"),
  TOO_LARGE("raise the limit on file sizes (ulimit -f)"),
  MISSING("the file or its directory has gone"),
  NOT_A_FILE("move away what stands there"),
  IO("check the disk and the kernel's log");

  /** What a disk says of a folder, link, pipe or device where a file is to be read. */
  static final String NOT_A_FILE_REASON = "not a regular file";

  private final String remedy;

  IoKind(String remedy) {
    this.remedy = remedy;
  }

  /** What a person can do about it. */
  public String remedy() {
    String limit = SystemFacts.openFilesMax();
    return this == TOO_MANY_FILES && !limit.isEmpty() ? remedy + ", here " + limit : remedy;
  }

  public static IoKind of(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return MISSING;
    }
    if (failure instanceof NotDirectoryException) {
      return NOT_A_FILE;
    }
    if (failure instanceof AccessDeniedException) {
      return PERMISSION;
    }
    if (failure.getCause() instanceof ReadOnlyFileSystemException) {
      return READ_ONLY;
    }
    return ofText(failure);
  }

  private static @Nullable String reason(IOException failure) {
    if (failure instanceof FileSystemException fs && fs.getReason() != null) {
      return fs.getReason();
    }
    return failure.getMessage();
  }

  private static IoKind ofText(IOException failure) {
    String lower = String.valueOf(reason(failure)).toLowerCase(Locale.ROOT);
    if (lower.contains("no space left")) {
      return NO_SPACE;
    }
    if (lower.contains("quota exceeded")) {
      return QUOTA;
    }
    if (lower.contains("read-only file system")) {
      return READ_ONLY;
    }
    if (lower.contains("permission denied") || lower.contains("operation not permitted")) {
      return PERMISSION;
    }
    if (lower.contains("too many open files")) {
      return TOO_MANY_FILES;
    }
    if (lower.contains("file too large")) {
      return TOO_LARGE;
    }
    if (lower.contains(NOT_A_FILE_REASON)) {
      return NOT_A_FILE;
    }
    return lower.contains("no such file") || isStale(failure) ? MISSING : IO;
  }

  /** Whether the file's handle no longer leads to it, as on NFS; its name still may. */
  static boolean isStale(IOException failure) {
    return String.valueOf(reason(failure)).toLowerCase(Locale.ROOT).contains("stale file handle");
  }

  /**
   * Whether the failure may lie in the one file that was read (a bad sector, a name that has gone),
   * so that another file may still serve. Otherwise every file would fail the same way.
   */
  public boolean isOfOneFile() {
    return this == IO || this == MISSING || this == NOT_A_FILE;
  }

  /** Whether freeing space may help. */
  public boolean isSpace() {
    return this == NO_SPACE || this == QUOTA;
  }
}
