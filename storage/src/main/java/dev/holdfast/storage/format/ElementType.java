// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

/** The type of a region's elements; all multi-byte elements are stored little-endian. */
public enum ElementType {
  /** Opaque bytes written by a codec. */
  OPAQUE(0, 1, false),
  BYTE(1, 1, true),
  BOOLEAN(2, 1, true),
  SHORT(3, 2, true),
  CHAR(4, 2, true),
  INT(5, 4, true),
  LONG(6, 8, true),
  FLOAT(7, 4, true),
  DOUBLE(8, 8, true);

  private static final ElementType[] BY_CODE = values();

  private final int code;
  private final int widthBytes;
  private final boolean numeric;

  ElementType(int code, int widthBytes, boolean numeric) {
    this.code = code;
    this.widthBytes = widthBytes;
    this.numeric = numeric;
  }

  /** The code in the format, 0 to 8. */
  public int code() {
    return code;
  }

  public int widthBytes() {
    return widthBytes;
  }

  /** Whether filters that know numbers may help. */
  public boolean numeric() {
    return numeric;
  }

  static ElementType ofCode(int code, ByteReader at) {
    if (code < 0 || code >= BY_CODE.length) {
      throw at.damaged("element type 0 to 8 expected, found " + code);
    }
    return BY_CODE[code];
  }
}
