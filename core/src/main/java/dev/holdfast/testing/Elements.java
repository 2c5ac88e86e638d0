// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Elements of a stored region as a person reads them: where they are and what they hold. */
final class Elements {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfChar CHAR =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Elements() {}

  /** The first element that differs in a block. */
  static Difference difference(
      String region,
      RegionSchema schema,
      int block,
      long mismatch,
      MemorySegment first,
      MemorySegment second) {
    if (schema.kind() == RegionKind.RNG) {
      return new Difference(region, "(generator)", "one state", "another");
    }
    if (schema.kind() != RegionKind.CELL) {
      int width = schema.elementType().widthBytes();
      long offset = mismatch - mismatch % width;
      long element = (((long) block << schema.blockLog2()) + offset) / width;
      return valued(region, "at " + index(schema, element), schema, offset, first, second);
    }
    return schema.shape().isEmpty()
        ? encodedCell(region, schema, mismatch, first, second)
        : valued(region, "", schema, 0, first, second);
  }

  private static Difference valued(
      String region,
      String where,
      RegionSchema schema,
      long offset,
      MemorySegment first,
      MemorySegment second) {
    String a = value(schema, first, offset);
    String b = value(schema, second, offset);
    if (a.equals(b)) { // two NaNs
      a += " with bits " + bits(schema, first, offset);
      b += " with bits " + bits(schema, second, offset);
    }
    return new Difference(region, where, a, b);
  }

  private static String value(RegionSchema schema, MemorySegment bytes, long at) {
    return switch (schema.elementType()) {
      case OPAQUE -> "0x" + bits(schema, bytes, at);
      case BYTE -> Byte.toString(bytes.get(ValueLayout.JAVA_BYTE, at));
      case BOOLEAN -> Boolean.toString(bytes.get(ValueLayout.JAVA_BYTE, at) != 0);
      case SHORT -> Short.toString(bytes.get(SHORT, at));
      case CHAR -> "char " + (int) bytes.get(CHAR, at);
      case INT -> Integer.toString(bytes.get(INT, at));
      case LONG -> Long.toString(bytes.get(LONG, at));
      case FLOAT -> Float.toString(Float.intBitsToFloat(bytes.get(INT, at)));
      case DOUBLE -> Double.toString(Double.longBitsToDouble(bytes.get(LONG, at)));
    };
  }

  /** Most significant byte first. */
  private static String bits(RegionSchema schema, MemorySegment bytes, long at) {
    StringBuilder digits = new StringBuilder();
    for (int i = schema.elementType().widthBytes() - 1; i >= 0; i--) {
      digits.append(HexFormat.of().toHexDigits(bytes.get(ValueLayout.JAVA_BYTE, at + i)));
    }
    return digits.toString();
  }

  /** A scalar behind ref or bind, as its canonical form writes it: most significant byte first. */
  private static Difference encodedCell(
      String region, RegionSchema schema, long at, MemorySegment first, MemorySegment second) {
    String a = scalar(schema, first);
    String b = scalar(schema, second);
    return a.equals(b)
        ? valued(region, "at byte " + at, schema, at, first, second)
        : new Difference(region, "", a, b);
  }

  private static String scalar(RegionSchema schema, MemorySegment bytes) {
    ValueLayout.OfInt wordInt = INT.withOrder(ByteOrder.BIG_ENDIAN);
    ValueLayout.OfLong wordLong = LONG.withOrder(ByteOrder.BIG_ENDIAN);
    return switch (schema.typeName()) {
      case "Integer" -> Integer.toString(bytes.get(wordInt, 0));
      case "Long" -> Long.toString(bytes.get(wordLong, 0));
      case "Float" -> Float.toString(Float.intBitsToFloat(bytes.get(wordInt, 0)));
      case "Double" -> Double.toString(Double.longBitsToDouble(bytes.get(wordLong, 0)));
      case "Boolean" -> Boolean.toString(bytes.get(ValueLayout.JAVA_BYTE, 0) != 0);
      default -> schema.typeName();
    };
  }

  /** Row by row; of an array whose rows differ in length, counted over all rows. */
  private static String index(RegionSchema schema, long element) {
    if (schema.shape().isEmpty()) {
      return "byte " + element;
    }
    long rest = element;
    StringBuilder index = new StringBuilder();
    for (int d = schema.shape().size() - 1; d >= 0; d--) {
      long extent = schema.shape().get(d);
      index.insert(0, "[" + (d == 0 ? rest : rest % extent) + "]");
      rest /= extent;
    }
    boolean jagged = schema.typeName().contains("[]") && schema.shape().size() != depth(schema);
    return jagged ? "element " + element + " of all rows" : index.toString();
  }

  private static int depth(RegionSchema schema) {
    return (schema.typeName().length() - schema.typeName().indexOf('[')) / 2;
  }

  /** The type and the extents or, for opaque bytes, the size. */
  static String shape(RegionSchema schema) {
    return schema.shape().isEmpty()
        ? schema.typeName() + " of " + schema.sizeBytes() + " bytes"
        : schema.typeName() + " of shape " + schema.shape();
  }
}
