// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.process.PrivatePages;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.io.Time;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/** Makes the region for a declaration, or says why there is none. */
final class Regions {
  static final String USE_COMMONS_RNG =
      "use RandomSource.XO_RO_SHI_RO_128_PP.create(seed) of commons-rng-simple";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._/-]{0,199}");
  private static final int DEPTH_MAX = 8;

  private Regions() {}

  /**
   * An object that stays and is filled in place: a primitive array of any nesting, a {@code
   * MemorySegment} or a random generator.
   */
  static Region protect(String name, Object value) {
    checkName(name);
    Place place = Place.of(nonNull(name, value));
    Primitive primitive = Primitive.ofArray(value.getClass());
    if (primitive != null) {
      return array(name, primitive, place);
    }
    if (value instanceof MemorySegment segment) {
      return new SegmentRegion(name, segment);
    }
    ObjectForm generator = generator(name, value);
    if (generator != null) {
      return new EncodedRegion(name, RegionKind.RNG, place, generator);
    }
    throw new IllegalArgumentException(
        ("region %s: a %s cannot be protected as it is; protect takes primitive arrays of any"
                + " nesting, MemorySegment, generators of commons-rng and java.util.Random; give any"
                + " other object an InPlaceCodec, or declare it with ref or bind")
            .formatted(name, value.getClass().getTypeName()));
  }

  /** A flat array or a {@code MemorySegment} that stays, and whose changes the program declares. */
  static Region protect(String name, Object value, DeclaredChanges changes) {
    checkName(name);
    Place place = Place.of(nonNull(name, value));
    if (value instanceof MemorySegment segment) {
      WriteWatch watch = changes.of(name, segment.byteSize(), 1);
      return new SegmentRegion(name, segment, () -> watch, null);
    }
    Primitive primitive = Primitive.ofArray(value.getClass());
    if (primitive == null || !isFlat(primitive, place)) {
      throw new IllegalArgumentException(
          ("region %s: changes of a %s cannot be declared, only those of a one-dimensional array of"
                  + " numbers or of a MemorySegment; protect it without")
              .formatted(name, value.getClass().getTypeName()));
    }
    WriteWatch watch = changes.of(name, Array.getLength(value), primitive.widthBytes());
    return new FlatArrayRegion(name, primitive, place, watch);
  }

  /**
   * Memory outside the heap, all of whose pages are the region's alone.
   *
   * @param pages the memory, from the begin of a page to the end of one
   * @param bytes how much of it is the region
   * @param tracker says which pages were written, if it can
   * @param mapper what has allocated the memory, if that can map files into it
   */
  static Region allocated(
      String name,
      MemorySegment pages,
      long bytes,
      PageWatch.Source tracker,
      @Nullable PrivatePages mapper) {
    checkName(name);
    return new SegmentRegion(
        name, pages.asSlice(0, bytes), () -> new PageWatch(tracker, pages, Time.SYSTEM), mapper);
  }

  /** An object that stays and is filled in place by its codec. */
  static <T> Region protect(String name, T value, InPlaceCodec<T> codec) {
    checkName(name);
    Place place = Place.of(nonNull(name, value));
    return new EncodedRegion(name, RegionKind.OBJECT, place, ObjectForm.inPlace(codec));
  }

  /**
   * A variable whose value is replaced.
   *
   * @param codec may be null for scalars, {@code String}, enums, records, arrays of these and
   *     random generators
   */
  static <T> Region variable(
      String name, Supplier<T> getter, Consumer<T> setter, @Nullable Codec<T> codec) {
    checkName(name);
    Object value = nonNull(name, getter.get());
    if (codec != null) {
      Place place = Place.of(name, Object.class, getter, setter);
      return new EncodedRegion(name, RegionKind.OBJECT, place, ObjectForm.replacing(codec));
    }
    Class<?> type = value instanceof Enum<?> e ? e.getDeclaringClass() : value.getClass();
    Place place = Place.of(name, type, getter, setter);
    Primitive primitive = Primitive.ofArray(type);
    if (primitive != null) {
      return array(name, primitive, place);
    }
    ObjectForm generator = generator(name, value);
    if (generator != null) {
      return new EncodedRegion(name, RegionKind.RNG, place, generator);
    }
    ValueForm form = ValueForms.ofValue(type);
    if (form == null) {
      throw new IllegalArgumentException(
          ("region %s: a %s needs a codec; scalars, String, enums, records and arrays of these"
                  + " need none: use Codec.of, or Codec.serializable with the classes it may hold")
              .formatted(name, type.getTypeName()));
    }
    RegionKind kind = ValueForms.isScalar(type) ? RegionKind.CELL : RegionKind.OBJECT;
    return new EncodedRegion(name, kind, place, ObjectForm.replacing(ValueCodec.of(type, form)));
  }

  static Region cell(String name, LongCell cell) {
    checkName(name);
    return CellRegion.of(name, cell);
  }

  static Region cell(String name, DoubleCell cell) {
    checkName(name);
    return CellRegion.of(name, cell);
  }

  private static Region array(String name, Primitive primitive, Place place) {
    int depth = Primitive.depth(place.get().getClass());
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException(
          "region %s: an array nested %d times; at most %d levels can be stored"
              .formatted(name, depth, DEPTH_MAX));
    }
    return isFlat(primitive, place)
        ? new FlatArrayRegion(name, primitive, place, WriteWatch.NONE)
        : new NestedArrayRegion(name, primitive, place);
  }

  /** Whether the array's memory is what is stored. */
  private static boolean isFlat(Primitive primitive, Place place) {
    return Primitive.depth(place.get().getClass()) == 1 && primitive != Primitive.BOOLEAN;
  }

  /** The form of a random generator, null for anything else. */
  private static @Nullable ObjectForm generator(String name, Object value) {
    if (value instanceof RestorableUniformRandomProvider commons) {
      return new CommonsRngForm(name, commons);
    }
    if (value.getClass() == Random.class) {
      return new JdkRandomForm(name);
    }
    if (value instanceof RandomGenerator || value instanceof UniformRandomProvider) {
      throw new IllegalArgumentException(
          "region %s: the state of a %s cannot be read, so it cannot be restored exactly; %s"
              .formatted(name, value.getClass().getName(), USE_COMMONS_RNG));
    }
    return null;
  }

  private static Object nonNull(String name, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException(
          "region " + name + " is null; declare it after it has its first value");
    }
    return value;
  }

  private static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "region name \"%s\": use 1 to 200 of A-Z a-z 0-9 . _ / - and begin with none of . and /"
              .formatted(name));
    }
  }
}
