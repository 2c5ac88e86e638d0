// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

/** What a region is to the program. */
public enum RegionKind {
  ARRAY(1),
  SEGMENT(2),
  OBJECT(3),
  RNG(4),
  CELL(5),
  /** Row lengths of a jagged array, stored beside its elements. */
  SHAPE(6),
  /** A file that the program has written itself. */
  FILE(7);

  private final int code;

  RegionKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static RegionKind ofCode(int code, ByteReader at) {
    for (RegionKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw at.unsupported("region kind 1 to 7 expected, found " + code);
  }
}
