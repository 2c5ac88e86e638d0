// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A memory segment that stays: bytes of the program, on the heap or off it. */
final class SegmentRegion extends Region {
  private final MemorySegment segment;
  private final SegmentPart part;

  SegmentRegion(String name, MemorySegment segment) {
    this(name, segment, () -> WriteWatch.NONE, null);
  }

  /**
   * @param watch makes what looks out for its written pages
   * @param mapper what has allocated the segment, if that can map files into it
   */
  SegmentRegion(
      String name,
      MemorySegment segment,
      Supplier<WriteWatch> watch,
      @Nullable PrivatePages mapper) {
    super(name);
    this.segment = segment;
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException(
          "region " + name + " is a read-only MemorySegment, which cannot be filled at restart");
    }
    if (!segment.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw new IllegalArgumentException(
          "region "
              + name
              + " is a MemorySegment of a confined arena, which the writing thread may not read;"
              + " use Arena.ofShared(), Arena.ofAuto() or Arena.global()");
    }
    part =
        new SegmentPart(name, RegionKind.SEGMENT, ElementType.BYTE, "MemorySegment", watch, mapper);
    part.show(segment, segment.byteSize(), new long[] {segment.byteSize()});
  }

  @Override
  List<Part> parts() {
    return List.of(part);
  }

  @Override
  void refresh() {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "region " + name() + ": its arena has been closed; keep it open while the loop runs");
    }
  }

  @Override
  boolean shapeMustMatch() {
    return true;
  }

  @Override
  void beginRestore(StoredRegions stored, List<String> differences) {}

  @Override
  void finishRestore() {}
}
