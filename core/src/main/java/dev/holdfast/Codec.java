// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How a value that is <em>replaced</em> at restart is written and read; for {@code ref} and {@code
 * bind}. An object that must stay where it is needs an {@link InPlaceCodec} and {@code protect}.
 *
 * <p>The bytes should depend on the value alone: a codec that writes other bytes for an unchanged
 * value makes every checkpoint store it again.
 *
 * @param <T> the type of the value, never null
 */
public interface Codec<T> {

  /** Writes the value. */
  void write(T value, DataOutput out) throws IOException;

  /** Reads exactly what {@link #write} wrote. */
  T read(DataInput in) throws IOException;

  /**
   * The type and, where it may ever change, the version of its binary form, such as {@code "Bodies
   * v2"}. A version made with another name is refused at restart.
   */
  String typeName();

  /**
   * A codec from two lambdas: {@code Codec.of("Point v1", (p, out) -> ..., in -> ...)}.
   *
   * @param typeName see {@link #typeName()}
   */
  static <T> Codec<T> of(String typeName, Writer<T> writer, Reader<T> reader) {
    return new Codec<>() {
      @Override
      public void write(T value, DataOutput out) throws IOException {
        writer.write(value, out);
      }

      @Override
      public T read(DataInput in) throws IOException {
        return reader.read(in);
      }

      @Override
      public String typeName() {
        return typeName;
      }
    };
  }

  /**
   * The canonical binary form of a record. Components may be primitives, boxed primitives, {@code
   * String}, enums, records, and arrays of all these at any nesting; those that are references may
   * be null. The names and types of all components are part of the type name, so a changed record
   * is refused at restart. The record is read back through its canonical constructor.
   *
   * @throws IllegalArgumentException when a component has another type, or the record contains
   *     itself; names the component and the remedy
   */
  static <R extends Record> Codec<R> record(Class<R> type) {
    return ValueCodec.of(type, ValueForms.ofRecord(type));
  }

  /**
   * Java serialization, for object graphs that have no better codec. Only classes that are named
   * here are ever read or written: the type with its superclasses, boxed primitives, {@code String}
   * and arrays of primitives always; everything else only when a pattern allows it. A class that is
   * not allowed is refused when the value is first captured, not only at restart. Lengths, depth
   * and the number of references are bounded by the bytes that were written.
   *
   * <p>Serialized bytes are not canonical: an unchanged graph may be stored again.
   *
   * @param allow class names, or packages as {@code java.util.*}, with all their subpackages as
   *     {@code sim.**}
   */
  static <T> Codec<T> serializable(Class<T> type, String... allow) {
    return new SerializableCodec<>(type, AllowedClasses.of(type, allow));
  }

  /** Writes a value. */
  @FunctionalInterface
  interface Writer<T> {
    void write(T value, DataOutput out) throws IOException;
  }

  /** Reads a value. */
  @FunctionalInterface
  interface Reader<T> {
    T read(DataInput in) throws IOException;
  }
}
