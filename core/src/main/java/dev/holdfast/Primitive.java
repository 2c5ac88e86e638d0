// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** The primitive element types of arrays, and how runs of elements move. */
enum Primitive {
  DOUBLE(double.class, ElementType.DOUBLE),
  FLOAT(float.class, ElementType.FLOAT),
  LONG(long.class, ElementType.LONG),
  INT(int.class, ElementType.INT),
  SHORT(short.class, ElementType.SHORT),
  CHAR(char.class, ElementType.CHAR),
  BYTE(byte.class, ElementType.BYTE),
  /** Stored as one byte, 0 or 1; a boolean array cannot be seen as a segment. */
  BOOLEAN(boolean.class, ElementType.BOOLEAN);

  private final Class<?> type;
  private final ElementType elementType;

  Primitive(Class<?> type, ElementType elementType) {
    this.type = type;
    this.elementType = elementType;
  }

  Class<?> type() {
    return type;
  }

  ElementType elementType() {
    return elementType;
  }

  int widthBytes() {
    return elementType.widthBytes();
  }

  /** The element type of a primitive array of any nesting, or null for any other class. */
  static @Nullable Primitive ofArray(Class<?> arrayClass) {
    Class<?> leaf = arrayClass;
    while (leaf.isArray()) {
      leaf = leaf.componentType();
    }
    if (leaf != arrayClass) {
      for (Primitive primitive : values()) {
        if (primitive.type == leaf) {
          return primitive;
        }
      }
    }
    return null;
  }

  /** How many times an array class is nested; {@code double[]} has depth 1. */
  static int depth(Class<?> arrayClass) {
    int depth = 0;
    for (Class<?> at = arrayClass; at.isArray(); at = at.componentType()) {
      depth++;
    }
    return depth;
  }

  /** Sees an array as a segment, without copying; not for booleans. */
  MemorySegment segment(Object array) {
    return switch (this) {
      case DOUBLE -> MemorySegment.ofArray((double[]) array);
      case FLOAT -> MemorySegment.ofArray((float[]) array);
      case LONG -> MemorySegment.ofArray((long[]) array);
      case INT -> MemorySegment.ofArray((int[]) array);
      case SHORT -> MemorySegment.ofArray((short[]) array);
      case CHAR -> MemorySegment.ofArray((char[]) array);
      case BYTE -> MemorySegment.ofArray((byte[]) array);
      case BOOLEAN -> throw new IllegalArgumentException("a boolean array is not a segment");
    };
  }

  Object newArray(int length) {
    return Array.newInstance(type, length);
  }

  /** An array into which {@link #gather} copies elements: of bytes for booleans. */
  Object newScratch(int length) {
    return this == BOOLEAN ? new byte[length] : newArray(length);
  }

  /** The bytes of a {@link #newScratch} array. */
  MemorySegment scratchSegment(Object scratch) {
    return this == BOOLEAN ? MemorySegment.ofArray((byte[]) scratch) : segment(scratch);
  }

  /** Copies elements of an array into a scratch array. */
  void gather(Object array, int from, Object scratch, int to, int count) {
    if (this != BOOLEAN) {
      System.arraycopy(array, from, scratch, to, count);
      return;
    }
    boolean[] source = (boolean[]) array;
    byte[] bytes = (byte[]) scratch;
    for (int i = 0; i < count; i++) {
      bytes[to + i] = (byte) (source[from + i] ? 1 : 0);
    }
  }

  /** Copies bytes of a segment into elements of an array. */
  void scatter(MemorySegment source, long offset, Object array, int from, int count) {
    if (this != BOOLEAN) {
      long width = widthBytes();
      MemorySegment.copy(source, offset, segment(array), from * width, count * width);
      return;
    }
    boolean[] target = (boolean[]) array;
    for (int i = 0; i < count; i++) {
      target[from + i] = source.get(ValueLayout.JAVA_BYTE, offset + i) != 0;
    }
  }
}
