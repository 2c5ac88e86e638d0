// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** A part whose bytes are one segment. */
final class SegmentPart extends Part {
  private final Supplier<WriteWatch> watch;
  private MemorySegment segment = MemorySegment.NULL;

  SegmentPart(String name, RegionKind kind, ElementType elementType, String typeName) {
    this(name, kind, elementType, typeName, () -> WriteWatch.NONE);
  }

  /**
   * @param watch makes what looks out for written pages
   */
  SegmentPart(
      String name,
      RegionKind kind,
      ElementType elementType,
      String typeName,
      Supplier<WriteWatch> watch) {
    super(name, kind, elementType, typeName);
    this.watch = watch;
  }

  @Override
  WriteWatch watch() {
    return watch.get();
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
  boolean isOneSegment() {
    return true;
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
