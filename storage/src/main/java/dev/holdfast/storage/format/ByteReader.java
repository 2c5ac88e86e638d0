// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads little-endian metadata; every overrun is a {@link DamagedException} with its offset. */
final class ByteReader {
  private static final char REPLACEMENT = '\uFFFD';

  private final String file;
  private final long base;
  private final ByteBuffer bytes;

  /**
   * @param base offset in the file of the first byte of {@code bytes}
   */
  ByteReader(String file, long base, ByteBuffer bytes) {
    this.file = file;
    this.base = base;
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  DamagedException damaged(String what) {
    return new DamagedException(file, base + bytes.position(), what);
  }

  /** What was read is sound, and means nothing to this version. */
  UnsupportedFormatException unsupported(String what) {
    return new UnsupportedFormatException(file, what);
  }

  private void need(long count) {
    if (count < 0 || count > bytes.remaining()) {
      throw damaged(count + " more bytes expected, " + bytes.remaining() + " left");
    }
  }

  int remaining() {
    return bytes.remaining();
  }

  int u8() {
    need(1);
    return bytes.get() & 0xff;
  }

  int u16() {
    need(2);
    return bytes.getShort() & 0xffff;
  }

  int i32() {
    need(4);
    return bytes.getInt();
  }

  /** A count that must be followed by at least that many times {@code bytesEach} bytes. */
  int count(int bytesEach) {
    int count = i32();
    if (count < 0 || (long) count * bytesEach > bytes.remaining()) {
      throw damaged("count " + Integer.toUnsignedString(count) + " exceeds the section");
    }
    return count;
  }

  long i64() {
    need(8);
    return bytes.getLong();
  }

  /** A length, number or time: never negative. */
  long u63() {
    long value = i64();
    if (value < 0) {
      throw damaged("a value of 0 or more expected, found " + value);
    }
    return value;
  }

  double f64() {
    need(8);
    return bytes.getDouble();
  }

  Id128 id() {
    return new Id128(i64(), i64());
  }

  byte[] bytes(int count) {
    need(count);
    byte[] out = new byte[count];
    bytes.get(out);
    return out;
  }

  /** Passes bytes over. */
  void skip(int count) {
    need(count);
    bytes.position(bytes.position() + count);
  }

  String string() {
    byte[] text = bytes(u16());
    String decoded = new String(text, StandardCharsets.UTF_8);
    return decoded.indexOf(REPLACEMENT) < 0 ? decoded : strictly(text);
  }

  /** What holds the replacement character says so itself, or is not UTF-8. */
  private String strictly(byte[] text) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      bytes.position(bytes.position() - text.length);
      throw damaged("text is not UTF-8");
    }
  }

  Map<String, String> stringMap() {
    int count = count(4);
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(string(), string());
    }
    return map;
  }

  void zeros(int count) {
    for (int i = 0; i < count; i++) {
      int at = u8();
      if (at != 0) {
        bytes.position(bytes.position() - 1);
        throw DamagedException.differs(
            file, base + bytes.position(), "reserved space", "0", Integer.toString(at));
      }
    }
  }
}
