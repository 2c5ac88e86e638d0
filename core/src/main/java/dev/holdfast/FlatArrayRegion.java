// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A one-dimensional primitive array (not of booleans), seen without copying. */
final class FlatArrayRegion extends Region {
  private final Place place;
  private final Primitive primitive;
  private final SegmentPart part;
  private final long[] extent = new long[1];
  private @Nullable Object array;

  FlatArrayRegion(String name, Primitive primitive, Place place, WriteWatch watch) {
    super(name);
    this.place = place;
    this.primitive = primitive;
    Object now = place.get();
    String typeName = now.getClass().getTypeName();
    part =
        new SegmentPart(
            name, RegionKind.ARRAY, primitive.elementType(), typeName, () -> watch, null);
    show(now);
    if (!place.stays()) {
      release();
    }
  }

  private void show(Object shown) {
    array = shown;
    extent[0] = Array.getLength(shown);
    part.show(primitive.segment(shown), extent[0] * primitive.widthBytes(), extent);
  }

  @Override
  List<Part> parts() {
    return List.of(part);
  }

  @Override
  void refresh() {
    if (!place.stays()) {
      show(place.get());
    }
  }

  /** A variable's array may be dropped by the program: it must not be kept alive here. */
  @Override
  void release() {
    if (!place.stays()) {
      array = null;
      part.forget();
    }
  }

  @Override
  boolean shapeMustMatch() {
    return place.stays();
  }

  @Override
  boolean canHold(RegionSchema there, Map<String, RegionSchema> stored) {
    return there.shape().size() == 1 && Schemas.consistent(there);
  }

  @Override
  void beginRestore(StoredRegions stored, List<String> differences) {
    if (!place.stays()) {
      long length = stored.get(name()).shape().getFirst();
      show(primitive.newArray(Math.toIntExact(length)));
    }
  }

  @Override
  void finishRestore() {
    if (array != null) {
      place.set(array);
    }
    release();
  }
}
