// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.RawRun;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
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
  Optional<MemorySegment> map(RawRun run, Arena arena) {
    if (mapper == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(mapper.map(run.file(), run.offset(), memory(run), arena));
    } catch (RefusedException e) {
      return Optional.empty(); // it is read instead
    }
  }

  private MemorySegment memory(RawRun run) {
    return segment.asSlice((long) run.firstBlock() << schema().blockLog2(), run.bytes());
  }

  @Override
  void unmap(RawRun run) {
    try {
      if (mapper != null) {
        mapper.unmap(memory(run));
      }
    } catch (RefusedException e) {
      // What is read into it lies on pages of a file that nobody wants, and is right all the same.
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
