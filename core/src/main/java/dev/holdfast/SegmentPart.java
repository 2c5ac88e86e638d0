// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.MemorySegment;

/** A part whose bytes are one segment. */
final class SegmentPart extends Part {
  private MemorySegment segment = MemorySegment.NULL;

  SegmentPart(String name, RegionKind kind, ElementType elementType, String typeName) {
    super(name, kind, elementType, typeName);
  }

  void show(MemorySegment segment, long sizeBytes, long[] extents) {
    this.segment = segment;
    describe(sizeBytes, extents);
  }

  /** Lets the program's memory go; the schema stays. */
  void forget() {
    segment = MemorySegment.NULL;
  }

  @Override
  MemorySegment window(long offset, int lengthBytes) {
    return segment;
  }

  @Override
  void fill(long offset, MemorySegment source, int lengthBytes) {
    MemorySegment.copy(source, 0, segment, offset, lengthBytes);
  }
}
