// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A part whose bytes are one segment. */
final class SegmentPart extends Part {
  private final Supplier<WriteWatch> watch;
  private final @Nullable PrivatePages mapper;
  private MemorySegment segment = MemorySegment.NULL;

  SegmentPart(String name, RegionKind kind, ElementType elementType, String typeName) {
    this(name, kind, elementType, typeName, () -> WriteWatch.NONE, null);
  }

  /**
   * @param watch makes what looks out for written pages
   * @param mapper what has allocated the segment, if that can map files into it
   */
  SegmentPart(
      String name,
      RegionKind kind,
      ElementType elementType,
      String typeName,
      Supplier<WriteWatch> watch,
      @Nullable PrivatePages mapper) {
    super(name, kind, elementType, typeName);
    this.watch = watch;
    this.mapper = mapper;
  }

  @Override
  boolean isMappable() {
    return mapper != null;
  }

  @Override
  boolean map(RawRun run) {
    if (mapper == null) {
      return false;
    }
    long from = (long) run.firstBlock() << schema().blockLog2();
    try {
      mapper.map(run.file(), run.offset(), segment.asSlice(from, run.bytes()));
      return true;
    } catch (RefusedException e) {
      return false; // it is read instead
    }
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
