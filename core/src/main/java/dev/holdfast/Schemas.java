// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionSchema;
import java.util.Locale;
import java.util.stream.Collectors;

/** Region schemas in words. */
final class Schemas {
  private Schemas() {}

  /** A region's type and shape as a Java programmer would say it. */
  static String inWords(RegionSchema schema) {
    return switch (schema.kind()) {
      case ARRAY -> array(schema);
      case SEGMENT -> String.format(Locale.ROOT, "MemorySegment of %,d bytes", schema.sizeBytes());
      case RNG -> "generator " + schema.typeName();
      case OBJECT -> "object " + schema.typeName();
      case CELL -> "cell " + schema.typeName();
      case SHAPE -> "row lengths";
      case FILE -> "restart file";
    };
  }

  private static String array(RegionSchema schema) {
    int brackets = schema.typeName().indexOf('[');
    if (ofDifferentLengths(schema)) {
      return String.format(
          Locale.ROOT,
          "%s with rows of different lengths, %,d elements",
          schema.typeName(),
          schema.sizeBytes() / schema.elementType().widthBytes());
    }
    return schema.typeName().substring(0, brackets)
        + schema.shape().stream().map(String::valueOf).collect(Collectors.joining("][", "[", "]"));
  }

  /** Whether an array's rows have different lengths, so that only its elements are numbered. */
  static boolean ofDifferentLengths(RegionSchema schema) {
    int brackets = schema.typeName().indexOf('[');
    int depth = brackets < 0 ? 0 : (schema.typeName().length() - brackets) / 2;
    return depth != schema.shape().size();
  }

  /** Whether the shape of a stored array agrees with its size, and Java arrays can have it. */
  static boolean consistent(RegionSchema schema) {
    if (schema.shape().stream().anyMatch(extent -> extent < 0 || extent > Integer.MAX_VALUE)) {
      return false;
    }
    if (schema.shape().contains(0L)) {
      return schema.sizeBytes() == 0;
    }
    long elements = 1;
    for (long extent : schema.shape()) {
      if (elements > schema.sizeBytes() / extent) {
        return false;
      }
      elements *= extent;
    }
    return elements * schema.elementType().widthBytes() == schema.sizeBytes();
  }
}
