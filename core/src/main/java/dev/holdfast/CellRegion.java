// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** A {@code long} or {@code double} cell: eight bytes. */
final class CellRegion extends Region {
  private static final long[] ONE = {1};

  private final LongSupplier getter;
  private final LongConsumer setter;
  private final long[] bits = new long[1];
  private final MemorySegment segment = MemorySegment.ofArray(bits);
  private final SegmentPart part;

  private CellRegion(String name, Primitive primitive, LongSupplier getter, LongConsumer setter) {
    super(name);
    this.getter = getter;
    this.setter = setter;
    String typeName = primitive.type().getName();
    part = new SegmentPart(name, RegionKind.CELL, primitive.elementType(), typeName);
    part.show(segment, Long.BYTES, ONE);
  }

  static CellRegion of(String name, LongCell cell) {
    return new CellRegion(name, Primitive.LONG, cell::get, cell::set);
  }

  static CellRegion of(String name, DoubleCell cell) {
    return new CellRegion(
        name,
        Primitive.DOUBLE,
        () -> Double.doubleToRawLongBits(cell.get()),
        value -> cell.set(Double.longBitsToDouble(value)));
  }

  @Override
  List<Part> parts() {
    return List.of(part);
  }

  @Override
  void refresh() {
    bits[0] = getter.getAsLong();
  }

  @Override
  boolean shapeMustMatch() {
    return true;
  }

  @Override
  boolean canHold(RegionSchema there, Map<String, RegionSchema> stored) {
    return there.elementType() != ElementType.OPAQUE;
  }

  @Override
  void beginRestore(StoredRegions stored, List<String> differences) {}

  @Override
  void finishRestore() {
    setter.accept(bits[0]);
  }
}
