// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one stored region as they are in the program now. What {@link #schema} and {@link
 * #window} say holds from one {@link Region#refresh} to the next.
 */
abstract class Part {
  private final String name;
  private final RegionKind kind;
  private final ElementType elementType;
  private final String typeName;
  private @Nullable RegionSchema schema;

  Part(String name, RegionKind kind, ElementType elementType, String typeName) {
    this.name = name;
    this.kind = kind;
    this.elementType = elementType;
    this.typeName = typeName;
  }

  final RegionSchema schema() {
    if (schema == null) {
      throw new IllegalStateException("region " + name + " has not been looked at");
    }
    return schema;
  }

  /** Sets size and shape; keeps the schema object while both are the same. */
  final void describe(long sizeBytes, long[] extents) {
    if (schema == null || schema.sizeBytes() != sizeBytes || !hasShape(schema.shape(), extents)) {
      List<Long> shape = new ArrayList<>(extents.length);
      for (long extent : extents) {
        shape.add(extent);
      }
      int blockLog2 = RegionSchema.blockLog2For(sizeBytes);
      schema =
          new RegionSchema(
              name, kind, elementType, typeName, shape, sizeBytes, blockLog2, isMappable());
    }
  }

  private static boolean hasShape(List<Long> shape, long[] extents) {
    if (shape.size() != extents.length) {
      return false;
    }
    for (int d = 0; d < extents.length; d++) {
      if (shape.get(d) != extents[d]) {
        return false;
      }
    }
    return true;
  }

  /** A segment that holds the bytes from {@code offset} on; valid until the next call. */
  abstract MemorySegment window(long offset, int lengthBytes);

  /** Where in the window the byte at {@code offset} stands. */
  long windowStart(long offset) {
    return offset;
  }

  /** Whether every window is the same segment, so that several threads may look at once. */
  boolean isOneSegment() {
    return false;
  }

  /** Whether its blocks are to be stored so that they can be mapped. */
  boolean isMappable() {
    return false;
  }

  /**
   * Maps stored blocks into the program's memory, in place of what is there.
   *
   * @return the stored blocks, to be read only, until the arena is closed; empty when they cannot
   *     be mapped
   */
  Optional<MemorySegment> map(RawRun run, Arena arena) {
    return Optional.empty();
  }

  /** Takes them away again. */
  void unmap(RawRun run) {}

  /** Looks out for pages that have been written. */
  WriteWatch watch() {
    return WriteWatch.NONE;
  }

  /** Takes bytes of a version into what is being restored. */
  abstract void fill(long offset, MemorySegment source, int lengthBytes);
}
