// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A nested primitive array, or a boolean array of any nesting: its elements in order are one stored
 * region. A jagged one has a second region with the lengths of all its arrays, outer before inner;
 * for a variable that region is always there, and empty while the array is rectangular, so that the
 * list of regions never changes.
 *
 * <p>Blocks are looked at in pieces. A piece within one row is shown as it is; one that straddles
 * rows is gathered into a small array that stays in the processor's cache.
 */
final class NestedArrayRegion extends Region {
  private static final long[] NO_LENGTHS = {0};

  private final Place place;
  private final Primitive primitive;
  private final ArrayWalk walk;
  private final Elements elements;
  private final SegmentPart lengths;
  private final List<Part> parts;
  private final long[] extent = new long[1];
  private int[] fixedLengths = {};
  private @Nullable Object restored;

  NestedArrayRegion(String name, Primitive primitive, Place place) {
    super(name);
    this.place = place;
    this.primitive = primitive;
    Object now = place.get();
    walk = new ArrayWalk(name, Primitive.depth(now.getClass()));
    elements = new Elements(now.getClass().getTypeName());
    lengths = new SegmentPart(name + LENGTHS, RegionKind.SHAPE, ElementType.INT, "int[]");
    look(now);
    fixedLengths = Arrays.copyOf(walk.lengths(), walk.lengthCount());
    boolean alwaysOne = place.stays() ? walk.rectangular() : Primitive.depth(now.getClass()) == 1;
    parts = alwaysOne ? List.of(elements) : List.of(elements, lengths);
    if (!place.stays()) {
      release();
    }
  }

  private void look(Object array) {
    walk.walk(array);
    long sizeBytes = walk.elements() * primitive.widthBytes();
    if (walk.rectangular()) {
      elements.describe(sizeBytes, walk.extents());
      lengths.show(MemorySegment.NULL, 0, NO_LENGTHS);
    } else {
      extent[0] = walk.elements();
      elements.describe(sizeBytes, extent);
      extent[0] = walk.lengthCount();
      MemorySegment shown = MemorySegment.ofArray(walk.lengths());
      lengths.show(shown, (long) Integer.BYTES * walk.lengthCount(), extent);
    }
  }

  @Override
  List<Part> parts() {
    return parts;
  }

  @Override
  void refresh() {
    look(place.get());
    if (place.stays() && !sameLengths(fixedLengths)) {
      throw new IllegalStateException(
          ("region %s was protected with other row lengths than it has now (%s); declare an"
                  + " array that changes its shape with ref or bind")
              .formatted(name(), Schemas.inWords(mainSchema())));
    }
  }

  private boolean sameLengths(int[] expected) {
    return Arrays.equals(expected, 0, expected.length, walk.lengths(), 0, walk.lengthCount());
  }

  /** The rows are at hand; their elements are read again, and walking all rows takes its time. */
  @Override
  void refreshAgain() {}

  @Override
  void release() {
    walk.forget();
  }

  @Override
  boolean shapeMustMatch() {
    return place.stays();
  }

  @Override
  boolean canHold(RegionSchema there, Map<String, RegionSchema> stored) {
    if (there.shape().size() == walk.extents().length) {
      return Schemas.consistent(there);
    }
    RegionSchema rows = stored.get(name() + LENGTHS);
    return rows != null
        && rows.kind() == RegionKind.SHAPE
        && rows.sizeBytes() % Integer.BYTES == 0
        && rows.sizeBytes() / Integer.BYTES <= Integer.MAX_VALUE - 64
        && there.shape().size() == 1
        && there.sizeBytes() / primitive.widthBytes() == there.shape().getFirst()
        && there.sizeBytes() % primitive.widthBytes() == 0;
  }

  @Override
  void beginRestore(StoredRegions stored, List<String> differences) {
    RegionSchema there = stored.get(name());
    boolean jagged = there.shape().size() != walk.extents().length;
    int[] storedLengths = jagged ? stored.readInts(name() + LENGTHS) : fixedLengths;
    if (place.stays()) {
      look(place.get());
      if (!sameLengths(storedLengths)) {
        differences.add(name() + ": its rows have other lengths than in the version");
      }
      return;
    }
    Object array = jagged ? jagged(storedLengths, differences) : rectangular(there);
    if (array != null) {
      look(array);
      restored = array;
      if (walk.elements() * primitive.widthBytes() != there.sizeBytes()) {
        differences.add(name() + ": the row lengths in the version contradict its size");
      }
    }
  }

  private Object rectangular(RegionSchema there) {
    int[] dimensions = there.shape().stream().mapToInt(Math::toIntExact).toArray();
    return Array.newInstance(primitive.type(), dimensions);
  }

  private @Nullable Object jagged(int[] storedLengths, List<String> differences) {
    Builder builder = new Builder(storedLengths);
    Object array = builder.build(walk.extents().length);
    if (array == null || builder.at != storedLengths.length) {
      differences.add(name() + ": the row lengths in the version contradict each other");
      return null;
    }
    return array;
  }

  @Override
  void finishRestore() {
    if (restored != null) {
      place.set(restored);
      restored = null;
    }
    release();
  }

  /** Makes an array from the lengths of all its arrays. */
  private final class Builder {
    private final int[] from;
    private int at;

    Builder(int[] from) {
      this.from = from;
    }

    /** The next array, or null when the lengths are not sound. */
    @Nullable Object build(int depth) {
      if (at >= from.length || from[at] < 0 || (depth > 1 && from[at] > from.length - at)) {
        return null;
      }
      int length = from[at++];
      if (depth == 1) {
        return primitive.newArray(length);
      }
      Object[] rows = (Object[]) Array.newInstance(primitive.type(), dimensions(length, depth));
      for (int i = 0; i < length; i++) {
        Object row = build(depth - 1);
        if (row == null) {
          return null;
        }
        rows[i] = row;
      }
      return rows;
    }

    private static int[] dimensions(int length, int depth) {
      int[] dimensions = new int[depth];
      dimensions[0] = length;
      return dimensions;
    }
  }

  /** The elements of all leaves in order. */
  private final class Elements extends Part {
    private Object scratch = primitive.newScratch(0);
    private MemorySegment gathered = MemorySegment.NULL;
    private boolean direct;
    private long directStart;

    Elements(String typeName) {
      super(name(), RegionKind.ARRAY, primitive.elementType(), typeName);
    }

    @Override
    MemorySegment window(long offset, int lengthBytes) {
      long first = offset / primitive.widthBytes();
      int count = lengthBytes / primitive.widthBytes();
      int leaf = walk.leafAt(first);
      Object array = walk.leaf(leaf);
      int from = (int) (first - walk.start(leaf));
      direct = primitive != Primitive.BOOLEAN && Array.getLength(array) - from >= count;
      if (direct) {
        directStart = (long) from * primitive.widthBytes();
        return primitive.segment(array);
      }
      if (Array.getLength(scratch) < count) {
        scratch = primitive.newScratch(count);
        gathered = primitive.scratchSegment(scratch);
      }
      gather(leaf, from, count);
      return gathered;
    }

    private void gather(int firstLeaf, int firstFrom, int count) {
      int leaf = firstLeaf;
      int from = firstFrom;
      for (int done = 0; done < count; leaf++, from = 0) {
        Object array = walk.leaf(leaf);
        int piece = Math.min(Array.getLength(array) - from, count - done);
        primitive.gather(array, from, scratch, done, piece);
        done += piece;
      }
    }

    @Override
    long windowStart(long offset) {
      return direct ? directStart : 0;
    }

    @Override
    void fill(long offset, MemorySegment source, int lengthBytes) {
      int width = primitive.widthBytes();
      long first = offset / width;
      int count = lengthBytes / width;
      int leaf = walk.leafAt(first);
      int from = (int) (first - walk.start(leaf));
      for (int done = 0; done < count; leaf++, from = 0) {
        Object array = walk.leaf(leaf);
        int piece = Math.min(Array.getLength(array) - from, count - done);
        primitive.scatter(source, (long) done * width, array, from, piece);
        done += piece;
      }
    }
  }
}
