// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
  /** Arrays of every type, empty, smaller and larger than a block, of every depth, jagged too. */
  static Stream<Object> arrays() {
    Random random = new Random(7);
    Stream.Builder<Object> all = Stream.builder();
    for (Class<?> type :
        List.of(
            double.class,
            float.class,
            long.class,
            int.class,
            short.class,
            char.class,
            byte.class,
            boolean.class)) {
      for (int length : new int[] {0, 1, 5, 70_001}) {
        all.add(filled(Array.newInstance(type, length), random));
      }
      all.add(filled(Array.newInstance(type, 0, 0), random));
      all.add(filled(Array.newInstance(type, 3, 0), random));
      all.add(filled(Array.newInstance(type, 0, 4, 5), random));
      all.add(filled(Array.newInstance(type, 7, 5), random));
      all.add(filled(Array.newInstance(type, 3, 50_001), random));
      all.add(filled(Array.newInstance(type, 9_000, 3), random));
      all.add(filled(Array.newInstance(type, 30, 20, 50, 2), random));
      all.add(jagged(type, new int[] {3, 0, 0, 70_000, 1, 0, 9}, random));
      all.add(jagged(type, new int[] {0, 0, 1}, random));
    }
    double[][][] deep = {{{1, 2}, {}, {3}}, {}, {{4}, {5, 6, 7}}};
    return all.add(deep).add(new long[][][] {{}, {{1}}}).build();
  }

  private static Object jagged(Class<?> type, int[] lengths, Random random) {
    Object rows = Array.newInstance(type, lengths.length, 0);
    for (int i = 0; i < lengths.length; i++) {
      Array.set(rows, i, filled(Array.newInstance(type, lengths[i]), random));
    }
    return rows;
  }

  private static Object filled(Object array, Random random) {
    Class<?> component = array.getClass().componentType();
    for (int i = 0; i < Array.getLength(array); i++) {
      if (component.isArray()) {
        filled(Array.get(array, i), random);
      } else {
        Array.set(array, i, value(component, random));
      }
    }
    return array;
  }

  private static Object value(Class<?> type, Random random) {
    long bits = random.nextLong();
    return switch (type.getName()) {
      case "double" -> Double.longBitsToDouble(bits);
      case "float" -> Float.intBitsToFloat((int) bits);
      case "long" -> bits;
      case "int" -> (int) bits;
      case "short" -> (short) bits;
      case "char" -> (char) bits;
      case "byte" -> (byte) bits;
      default -> bits < 0;
    };
  }

  private static Object copyOf(Object array) {
    Object copy = Array.newInstance(array.getClass().componentType(), Array.getLength(array));
    for (int i = 0; i < Array.getLength(array); i++) {
      Object element = Array.get(array, i);
      Array.set(copy, i, element.getClass().isArray() ? copyOf(element) : element);
    }
    return copy;
  }

  private static void zero(Object array) {
    Class<?> component = array.getClass().componentType();
    for (int i = 0; i < Array.getLength(array); i++) {
      if (component.isArray()) {
        zero(Array.get(array, i));
      } else {
        Array.set(array, i, Array.get(Array.newInstance(component, 1), 0));
      }
    }
  }

  /** Equal bit for bit, NaN payloads included. */
  private static void assertSameBits(Object expected, Object actual) {
    assertEquals(expected.getClass(), actual.getClass());
    assertEquals(Array.getLength(expected), Array.getLength(actual));
    switch (expected) {
      case double[] e ->
          assertArrayEquals(
              Arrays.stream(e).mapToLong(Double::doubleToRawLongBits).toArray(),
              Arrays.stream((double[]) actual).mapToLong(Double::doubleToRawLongBits).toArray());
      case float[] e -> {
        for (int i = 0; i < e.length; i++) {
          assertEquals(
              Float.floatToRawIntBits(e[i]), Float.floatToRawIntBits(((float[]) actual)[i]));
        }
      }
      case Object[] e -> {
        for (int i = 0; i < e.length; i++) {
          assertSameBits(e[i], ((Object[]) actual)[i]);
        }
      }
      default -> assertTrue(Arrays.deepEquals(new Object[] {expected}, new Object[] {actual}));
    }
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void protect_array_isFilledInPlace(Object array) {
    Object target = copyOf(array);
    StoredImage version = States.image(Regions.protect("a", array));
    zero(target);
    States.restore(version, Regions.protect("a", target));
    assertSameBits(array, target);
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void variable_arrayOfOtherShape_takesTheShapeOfTheVersion(Object array) {
    StoredImage version = States.image(States.variable("a", new Ref<>(array)));
    Object other = Array.newInstance(array.getClass().componentType(), 0);
    Ref<Object> ref = new Ref<>(other);
    States.restore(version, States.variable("a", ref));
    assertNotSame(array, ref.get());
    assertSameBits(array, ref.get());
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void blocking_array_hasTheSameBytes(Object array) {
    Ref<Object> ref = new Ref<>(array);
    StoredImage version = States.image(States.variable("a", ref));
    try (ProtectedState state = States.of(0, 0, States.variable("a", ref))) {
      Capture capture = state.capture();
      StoredImage.full(capture).assertSameAs(version);
      capture.committed();
      assertEquals(0, state.shadowBytes());
    }
  }

  @Test
  void protectThenVariable_sameArray_isRestored() {
    double[][] array = {{1, 2}, {3, 4}};
    Ref<double[][]> ref = new Ref<>(new double[1][1]);
    States.restoreLoosely(States.image(Regions.protect("a", array)), States.variable("a", ref));
    assertArrayEquals(array, ref.get());
    double[][] target = new double[2][2];
    States.restoreLoosely(States.image(States.variable("a", ref)), Regions.protect("a", target));
    assertArrayEquals(array, target);
  }

  @Test
  void schema_rectangularArray_hasShapeAndType() {
    StoredImage version = States.image(Regions.protect("a", new float[4][5][6]));
    assertEquals(List.of(4L, 5L, 6L), version.schema("a").shape());
    assertEquals(480, version.schema("a").sizeBytes());
    assertEquals(RegionKind.ARRAY, version.schema("a").kind());
    assertEquals(ElementType.FLOAT, version.schema("a").elementType());
    assertEquals("float[][][]", version.schema("a").typeName());
    assertEquals(1, version.regions().size());
  }

  @Test
  void schema_jaggedArray_hasLengthsBesideIt() {
    int[][] jagged = {{1}, {}, {2, 3}};
    StoredImage version = States.image(Regions.protect("a", jagged));
    assertEquals(List.of(3L), version.schema("a").shape());
    assertEquals(RegionKind.SHAPE, version.schema("a#lengths").kind());
    assertArrayEquals(
        new int[] {3, 1, 0, 2},
        MemorySegment.ofArray(version.region("a#lengths")).toArray(ValueLayout.JAVA_INT_UNALIGNED));
  }

  @Test
  void protect_segments_areFilledInPlace() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment nativeOne = arena.allocate(100_003);
      nativeOne.fill((byte) 3);
      MemorySegment heapOne = MemorySegment.ofArray(new long[] {1, 2, 3});
      StoredImage version =
          States.image(Regions.protect("n", nativeOne), Regions.protect("h", heapOne));
      nativeOne.fill((byte) 0);
      heapOne.fill((byte) 0);
      States.restore(version, Regions.protect("n", nativeOne), Regions.protect("h", heapOne));
      assertEquals(3, nativeOne.get(ValueLayout.JAVA_BYTE, 100_002));
      assertEquals(3, heapOne.getAtIndex(ValueLayout.JAVA_LONG, 2));
    }
  }

  @Test
  void cells_areRestoredBitForBit() {
    LongCell count = new LongCell(41);
    DoubleCell time = new DoubleCell(Double.longBitsToDouble(0x7ff8_dead_beef_0001L));
    assertEquals(42, count.increment());
    StoredImage version = States.image(Regions.cell("count", count), Regions.cell("time", time));
    LongCell count2 = new LongCell(0);
    DoubleCell time2 = new DoubleCell(0);
    States.restore(version, Regions.cell("count", count2), Regions.cell("time", time2));
    assertEquals(42, count2.get());
    assertEquals(0x7ff8_dead_beef_0001L, Double.doubleToRawLongBits(time2.get()));
  }

  enum Mode {
    SLOW,
    FAST {}
  }

  record Point(double x, double y) {}

  record Params(int n, Point at, Mode mode) {}

  @Test
  void variables_ofScalarsRecordsAndEnums_areReplaced() {
    List<Object> values =
        List.of(
            5L,
            6,
            (short) 7,
            (byte) 8,
            'c',
            1.5f,
            -0.0,
            true,
            "text",
            Mode.FAST,
            new Params(3, new Point(1, 2), Mode.SLOW),
            new String[] {"a", "b"},
            new Point[] {new Point(3, 4)});
    for (Object value : values) {
      Ref<Object> ref = new Ref<>(value);
      StoredImage version = States.image(States.variable("v", ref));
      Ref<Object> target = new Ref<>(value);
      if (value instanceof String) {
        target.set("another, longer text");
      }
      States.restore(version, States.variable("v", target));
      assertTrue(Arrays.deepEquals(new Object[] {value}, new Object[] {target.get()}));
    }
  }

  static final class Bodies {
    double[] masses = {};
  }

  @Test
  void protect_objectWithCodec_isFilledInPlace() {
    InPlaceCodec<Bodies> codec =
        InPlaceCodec.of(
            "Bodies v1",
            (b, out) -> {
              out.writeInt(b.masses.length);
              for (double mass : b.masses) {
                out.writeDouble(mass);
              }
            },
            (b, in) -> {
              b.masses = new double[in.readInt()];
              for (int i = 0; i < b.masses.length; i++) {
                b.masses[i] = in.readDouble();
              }
            });
    Bodies bodies = new Bodies();
    bodies.masses = new double[] {1, 2, 3};
    StoredImage version = States.image(Regions.protect("bodies", bodies, codec));
    Bodies target = new Bodies();
    States.restore(version, Regions.protect("bodies", target, codec));
    assertArrayEquals(bodies.masses, target.masses);
  }

  @Test
  void variable_withCodec_isReplaced() {
    Codec<List<String>> codec =
        Codec.of(
            "names",
            (names, out) -> out.writeUTF(String.join(",", names)),
            in -> List.of(in.readUTF().split(",")));
    Ref<List<String>> ref = new Ref<>(List.of("a", "b"));
    StoredImage version = States.image(Regions.variable("names", ref::get, ref::set, codec));
    Ref<List<String>> target = new Ref<>(List.of());
    States.restore(version, Regions.variable("names", target::get, target::set, codec));
    assertEquals(List.of("a", "b"), target.get());
  }

  @Test
  void restore_otherBlockSize_fillsAndOwesEverything() {
    double[] array = new Random(3).doubles(40_000).toArray();
    StoredImage version = States.image(Regions.protect("a", array)).inBlocksOf(13);
    double[] target = new double[array.length];
    try (ProtectedState state = States.of(Regions.protect("a", target))) {
      state.restore(version);
      assertArrayEquals(array, target);
      Capture capture = state.capture();
      assertEquals(capture.stateBytes(), capture.changedBytes());
      capture.committed();
    }
  }

  @Test
  void protect_sameObject_staysTheSame() {
    double[] array = {1};
    Region region = Regions.protect("a", array);
    StoredImage version = States.image(region);
    array[0] = 2;
    double[] alias = array;
    States.restore(version, Regions.protect("a", array));
    assertSame(alias, array);
    assertEquals(1, alias[0]);
  }
}
