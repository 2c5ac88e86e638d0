// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the {@link ValueForm} of a type. */
final class ValueForms {
  private static final int CHUNK_BYTES = 8192;

  private static final Map<Class<?>, ValueForm> SCALARS =
      Map.of(
          Boolean.class,
          scalar("Boolean", (v, out) -> out.writeBoolean((Boolean) v), DataInput::readBoolean),
          Byte.class,
          scalar("Byte", (v, out) -> out.writeByte((Byte) v), DataInput::readByte),
          Short.class,
          scalar("Short", (v, out) -> out.writeShort((Short) v), DataInput::readShort),
          Character.class,
          scalar("Character", (v, out) -> out.writeChar((Character) v), DataInput::readChar),
          Integer.class,
          scalar("Integer", (v, out) -> out.writeInt((Integer) v), DataInput::readInt),
          Long.class,
          scalar("Long", (v, out) -> out.writeLong((Long) v), DataInput::readLong),
          Float.class,
          scalar(
              "Float",
              (v, out) -> out.writeInt(Float.floatToRawIntBits((Float) v)),
              in -> Float.intBitsToFloat(in.readInt())),
          Double.class,
          scalar(
              "Double",
              (v, out) -> out.writeLong(Double.doubleToRawLongBits((Double) v)),
              in -> Double.longBitsToDouble(in.readLong())),
          String.class,
          scalar("String", ValueForms::writeString, ValueForms::readString));

  private static final Map<Class<?>, Class<?>> BOXES =
      Map.of(
          boolean.class, Boolean.class,
          byte.class, Byte.class,
          short.class, Short.class,
          char.class, Character.class,
          int.class, Integer.class,
          long.class, Long.class,
          float.class, Float.class,
          double.class, Double.class);

  private ValueForms() {}

  /** Whether the class is a boxed primitive or a {@code String}. */
  static boolean isScalar(Class<?> type) {
    return SCALARS.containsKey(type);
  }

  /** The form of a scalar by its type in words. */
  static Optional<ValueForm> scalarNamed(String typeName) {
    return SCALARS.values().stream().filter(form -> form.typeName().equals(typeName)).findFirst();
  }

  /** The form of a value's class, or null when it has none. */
  static @Nullable ValueForm ofValue(Class<?> type) {
    return of(type, new ArrayDeque<>());
  }

  static ValueForm ofRecord(Class<?> type) {
    return RecordForm.of(type, new ArrayDeque<>());
  }

  /**
   * @param enclosing the records around this one, for those that contain themselves
   */
  static @Nullable ValueForm of(Class<?> type, Deque<Class<?>> enclosing) {
    if (SCALARS.containsKey(type)) {
      return SCALARS.get(type);
    }
    if (type.isPrimitive()) {
      return SCALARS.get(BOXES.get(type));
    }
    if (type.isEnum()) {
      return new EnumForm(type);
    }
    if (type.isRecord()) {
      return RecordForm.of(type, enclosing);
    }
    if (!type.isArray()) {
      return null;
    }
    Class<?> component = type.componentType();
    Primitive primitive = component.isPrimitive() ? Primitive.ofArray(type) : null;
    if (primitive != null) {
      return new PrimitiveRun(primitive);
    }
    ValueForm element = of(component, enclosing);
    return element == null ? null : new ArrayOf(component, new OrNull(element));
  }

  private interface Read {
    Object read(DataInput in) throws IOException;
  }

  private static ValueForm scalar(String name, Codec.Writer<Object> writer, Read reader) {
    return new ValueForm() {
      @Override
      public String typeName() {
        return name;
      }

      @Override
      public void write(Object value, DataOutput out) throws IOException {
        writer.write(value, out);
      }

      @Override
      public Object read(DataInput in) throws IOException {
        return reader.read(in);
      }
    };
  }

  /** As UTF-16, so that any string, unpaired surrogates included, comes back as it was. */
  private static void writeString(Object value, DataOutput out) throws IOException {
    String text = (String) value;
    out.writeInt(text.length());
    out.writeChars(text);
  }

  private static String readString(DataInput in) throws IOException {
    char[] chars = new char[readLength(in, Character.BYTES)];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = in.readChar();
    }
    return new String(chars);
  }

  private static int readLength(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new InvalidObjectException("a length of 0 or more expected, found " + length);
    }
    return length;
  }

  /** A length that the bytes which are left can hold: memory is spent on no other. */
  private static int readLength(DataInput in, int bytesEach) throws IOException {
    int length = readLength(in);
    if (in instanceof InputStream left && (long) length * bytesEach > left.available()) {
      throw new InvalidObjectException(
          length + " elements expected, " + left.available() + " bytes left");
    }
    return length;
  }

  /** By name, so that constants may be reordered and added. */
  private record EnumForm(Class<?> type) implements ValueForm {
    @Override
    public String typeName() {
      return type.getSimpleName();
    }

    @Override
    public void write(Object value, DataOutput out) throws IOException {
      writeString(((Enum<?>) value).name(), out);
    }

    @Override
    public Object read(DataInput in) throws IOException {
      String name = readString(in);
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(name)) {
          return constant;
        }
      }
      throw new InvalidObjectException(
          "enum " + type.getName() + " no longer has the constant " + name);
    }
  }

  /** One byte for whether it is there, then the value. */
  record OrNull(ValueForm form) {
    void write(@Nullable Object value, DataOutput out) throws IOException {
      out.writeBoolean(value != null);
      if (value != null) {
        form.write(value, out);
      }
    }

    @Nullable Object read(DataInput in) throws IOException {
      return in.readBoolean() ? form.read(in) : null;
    }
  }

  private record ArrayOf(Class<?> component, OrNull element) implements ValueForm {
    @Override
    public String typeName() {
      return element.form().typeName() + "[]";
    }

    @Override
    public void write(Object value, DataOutput out) throws IOException {
      @Nullable Object[] array = (@Nullable Object[]) value;
      out.writeInt(array.length);
      for (Object each : array) {
        element.write(each, out);
      }
    }

    @Override
    public Object read(DataInput in) throws IOException {
      int length = readLength(in);
      // Made when all are read: a length that was not written ends with the bytes.
      List<@Nullable Object> elements = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        elements.add(element.read(in));
      }
      return elements.toArray((@Nullable Object[]) Array.newInstance(component, length));
    }
  }

  /** A one-dimensional primitive array, moved in chunks. */
  private record PrimitiveRun(Primitive primitive) implements ValueForm {
    @Override
    public String typeName() {
      return primitive.type() + "[]";
    }

    @Override
    public void write(Object array, DataOutput out) throws IOException {
      int length = Array.getLength(array);
      out.writeInt(length);
      int step = CHUNK_BYTES / primitive.widthBytes();
      byte[] chunk = new byte[Math.min(length, step) * primitive.widthBytes()];
      Object scratch = primitive.newScratch(Math.min(length, step));
      MemorySegment from = primitive.scratchSegment(scratch);
      for (int at = 0; at < length; at += step) {
        int count = Math.min(step, length - at);
        int bytes = count * primitive.widthBytes();
        primitive.gather(array, at, scratch, 0, count);
        MemorySegment.copy(from, 0, MemorySegment.ofArray(chunk), 0, bytes);
        out.write(chunk, 0, bytes);
      }
    }

    @Override
    public Object read(DataInput in) throws IOException {
      int length = readLength(in, primitive.widthBytes());
      Object array = primitive.newArray(length);
      int step = CHUNK_BYTES / primitive.widthBytes();
      byte[] chunk = new byte[Math.min(length, step) * primitive.widthBytes()];
      for (int at = 0; at < length; at += step) {
        int count = Math.min(step, length - at);
        in.readFully(chunk, 0, count * primitive.widthBytes());
        primitive.scatter(MemorySegment.ofArray(chunk), 0, array, at, count);
      }
      return array;
    }
  }
}
