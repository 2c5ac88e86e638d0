// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodecTest {
  enum Mode {
    SLOW,
    FAST
  }

  record Point(double x, float y) {}

  @SuppressWarnings("ArrayRecordComponent") // that they work is tested here
  record Everything(
      boolean z,
      byte b,
      short s,
      char c,
      int i,
      long l,
      float f,
      double d,
      @Nullable Integer boxed,
      @Nullable String text,
      @Nullable Mode mode,
      @Nullable Point point,
      double @Nullable [] flat,
      int @Nullable [] @Nullable [] nested,
      boolean @Nullable [] flags,
      @Nullable Point @Nullable [] points) {}

  private static <T> byte[] write(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    codec.write(value, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static <T> T read(Codec<T> codec, byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    T value = codec.read(in);
    assertEquals(0, in.available());
    return value;
  }

  private static Everything sample() {
    return new Everything(
        true,
        (byte) -1,
        (short) -2,
        '\uffff',
        -3,
        Long.MIN_VALUE,
        Float.MIN_VALUE,
        -0.0,
        7,
        "text \ud800 ünï",
        Mode.FAST,
        new Point(1, 2),
        new Random(1).doubles(5_000).toArray(),
        new int[][] {{1, 2}, null, {}},
        new boolean[] {true, false},
        new Point[] {new Point(3, 4), null});
  }

  @Test
  void record_everyComponentType_comesBack() throws IOException {
    Codec<Everything> codec = Codec.record(Everything.class);
    byte[] bytes = write(codec, sample());
    Everything back = read(codec, bytes);
    assertArrayEquals(bytes, write(codec, back));
    assertArrayEquals(bytes, write(codec, sample()), "equal values have equal bytes");
    assertEquals("text \ud800 ünï", back.text());
    assertArrayEquals(sample().flat(), back.flat());
    assertArrayEquals(sample().nested(), back.nested());
    assertArrayEquals(sample().points(), back.points());
    assertEquals(Mode.FAST, back.mode());
    assertEquals(7, back.boxed());
  }

  @Test
  void record_nullComponents_comeBack() throws IOException {
    Codec<Everything> codec = Codec.record(Everything.class);
    Everything nulls =
        new Everything(
            false, (byte) 0, (short) 0, 'a', 0, 0, 0, 0, null, null, null, null, null, null, null,
            null);
    Everything back = read(codec, write(codec, nulls));
    assertNull(back.text());
    assertNull(back.nested());
    assertEquals(nulls, back);
  }

  @Test
  void record_typeName_tellsComponentsAndTypes() {
    @SuppressWarnings("ArrayRecordComponent") // that they work is tested here
    record Boxed(@Nullable Integer n, int m, int[][] a, Integer[] b, Point p) {}
    assertEquals(
        "Boxed(Integer n, int m, int[][] a, Integer[] b, Point(double x, float y) p)",
        Codec.record(Boxed.class).typeName());
  }

  @Test
  void record_unsupportedComponent_namesRecordComponentTypeAndRemedy() {
    record Bad(int n, List<String> names) {}
    String message =
        States.message(assertThrows(IllegalArgumentException.class, () -> Codec.record(Bad.class)));
    for (String word :
        List.of("Bad", "component names", "java.util.List<java.lang.String>", "Codec.of")) {
      assertTrue(message.contains(word), message);
    }
  }

  record Node(int value, @Nullable Node next) {}

  @Test
  void record_containingItself_isRefused() {
    String message =
        States.message(
            assertThrows(IllegalArgumentException.class, () -> Codec.record(Node.class)));
    assertTrue(message.contains("contains itself"), message);
  }

  record Positive(int n) {
    Positive {
      if (n <= 0) {
        throw new IllegalArgumentException("n must be positive");
      }
    }
  }

  @Test
  void record_constructorThatRefuses_isNamed() {
    IOException e =
        assertThrows(IOException.class, () -> read(Codec.record(Positive.class), new byte[4]));
    assertTrue(States.message(e).contains("Positive"), States.message(e));
  }

  static class Base implements Serializable {
    private static final long serialVersionUID = 1L;
    int base = 3;
  }

  static final class Sim extends Base {
    private static final long serialVersionUID = 1L;
    final double[][] field = {{1, 2}, {3}};
    final String name = "sim";
    @Nullable Integer boxed = 5;
    Mode mode = Mode.FAST;
    @Nullable Serializable other;
  }

  @Test
  void serializable_allowedGraph_comesBack() throws IOException {
    Codec<Sim> codec = Codec.serializable(Sim.class, Mode.class.getName(), "java.util.*");
    Sim sim = new Sim();
    HashMap<String, List<Integer>> map = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      map.put("key" + i, new ArrayList<>(List.of(i)));
    }
    assertThrows(
        IOException.class,
        () -> {
          sim.other = (Serializable) List.of(1);
          write(Codec.serializable(Sim.class), sim);
        },
        "immutable lists are java.util.CollSer");
    sim.other = map;
    Sim back = read(codec, write(codec, sim));
    assertArrayEquals(sim.field, back.field);
    assertEquals(map, back.other);
    assertEquals(Mode.FAST, back.mode);
    assertEquals(3, back.base);
    assertEquals("serializable dev.holdfast.CodecTest$Sim", codec.typeName());
  }

  @Test
  void serializable_classNotAllowed_isNamedWhenWritten() {
    Codec<Sim> codec = Codec.serializable(Sim.class);
    IOException e = assertThrows(IOException.class, () -> write(codec, new Sim()));
    assertTrue(States.message(e).contains("dev.holdfast.CodecTest$Mode"), States.message(e));
    assertTrue(States.message(e).contains("Codec.serializable(Sim.class, "), States.message(e));
  }

  @Test
  void serializable_classNotAllowed_isNamedWhenRead() throws IOException {
    byte[] bytes = write(Codec.serializable(Sim.class, "dev.holdfast.**"), new Sim());
    IOException e =
        assertThrows(IOException.class, () -> read(Codec.serializable(Sim.class), bytes));
    assertTrue(States.message(e).contains("dev.holdfast.CodecTest$Mode"), States.message(e));
  }

  @Test
  void serializable_badPattern_isRefused() {
    for (String pattern : List.of("*", "**", "!java.util.*", "java*", "a.*;maxbytes=9", "")) {
      assertThrows(
          IllegalArgumentException.class, () -> Codec.serializable(Sim.class, pattern), pattern);
    }
  }

  @Test
  void serializable_damagedBytes_neverDoHarm() throws IOException {
    Codec<Sim> codec = Codec.serializable(Sim.class, "dev.holdfast.**", "java.util.*");
    Sim sim = new Sim();
    sim.other = new HashMap<>(Map.of("a", 1));
    byte[] bytes = write(codec, sim);
    Random random = new Random(9);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = bytes.clone();
      damaged[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt();
      try {
        read(codec, damaged);
      } catch (IOException | RuntimeException e) {
        assertTrue(true, "refused, without running out of memory");
      }
    }
  }

  @Test
  void region_codecThatReadsLess_isNamedAtRestore() {
    Codec<String> codec =
        Codec.of(
            "odd",
            (text, out) -> {
              out.writeUTF(text);
              out.writeInt(1);
            },
            DataInput::readUTF);
    Ref<String> ref = new Ref<>("x");
    StoredImage version = States.image(Regions.variable("r", ref::get, ref::set, codec));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> States.restore(version, Regions.variable("r", ref::get, ref::set, codec)));
    assertTrue(States.message(e).contains("region r (odd) cannot be read back: 4 bytes"));
  }
}
