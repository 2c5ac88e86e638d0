// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

/** The layouts a file can have; only {@link #RECORD} is written by a single process. */
public enum FileKind {
  RECORD(1),
  PART(2),
  PARITY(3),
  JOURNAL(4);

  private final int code;

  FileKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static FileKind ofCode(int code, String file) {
    for (FileKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new UnsupportedFormatException(file, "file kind " + code);
  }
}
