// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Builds little-endian metadata in a growing array. */
final class ByteWriter {
  private static final int STRING_BYTES_MAX = 0xffff;

  private byte[] bytes;
  private int length;

  ByteWriter(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  private ByteBuffer grow(int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
    ByteBuffer at = ByteBuffer.wrap(bytes, length, count).order(ByteOrder.LITTLE_ENDIAN);
    length += count;
    return at;
  }

  int length() {
    return length;
  }

  ByteWriter u8(int value) {
    grow(1).put((byte) value);
    return this;
  }

  ByteWriter u16(int value) {
    grow(2).putShort((short) value);
    return this;
  }

  ByteWriter i32(int value) {
    grow(4).putInt(value);
    return this;
  }

  ByteWriter i64(long value) {
    grow(8).putLong(value);
    return this;
  }

  ByteWriter f64(double value) {
    grow(8).putDouble(value);
    return this;
  }

  ByteWriter id(Id128 id) {
    return i64(id.high()).i64(id.low());
  }

  ByteWriter raw(byte[] value) {
    grow(value.length).put(value);
    return this;
  }

  ByteWriter zeros(int count) {
    grow(count);
    return this;
  }

  ByteWriter string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > STRING_BYTES_MAX) {
      throw new IllegalArgumentException(
          "text of " + utf8.length + " bytes; at most " + STRING_BYTES_MAX + " can be stored");
    }
    return u16(utf8.length).raw(utf8);
  }

  ByteWriter stringMap(Map<String, String> map) {
    i32(map.size());
    map.forEach((key, value) -> string(key).string(value));
    return this;
  }

  void putI32At(int position, int value) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(position, value);
  }

  ByteBuffer view(int from, int count) {
    return ByteBuffer.wrap(bytes, from, count);
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }
}
