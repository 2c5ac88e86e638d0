// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

/** What a record in the number line says. */
public enum RecordType {
  /** A writer has begun; its number is the attempt. */
  OPEN(1),
  /** One consistent state of the job, with its blocks. */
  VERSION(2),
  /** Something learned about an earlier record. */
  NOTE(3),
  /** A writer has ended in good order. */
  END(4);

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static RecordType ofCode(int code, String file) {
    for (RecordType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new UnsupportedFormatException(file, "record type " + code);
  }
}
