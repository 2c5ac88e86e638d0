// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How a mutable object that <em>stays</em> at restart is written and filled in place; for {@code
 * protect}. It is a type of its own, so that a codec that cannot fill in place is found by the
 * compiler and not at the first restart.
 *
 * @param <T> the type of the object
 */
public interface InPlaceCodec<T> {

  /** Writes the object's state. */
  void write(T object, DataOutput out) throws IOException;

  /** Gives the object the state that {@link #write} wrote, and reads exactly that. */
  void readInto(T object, DataInput in) throws IOException;

  /** As {@link Codec#typeName()}. */
  String typeName();

  /**
   * A codec from two lambdas: {@code InPlaceCodec.of("Bodies v1", (b, out) -> ..., (b, in) ->
   * ...)}.
   *
   * @param typeName see {@link Codec#typeName()}
   */
  static <T> InPlaceCodec<T> of(String typeName, Codec.Writer<T> writer, Filler<T> filler) {
    return new InPlaceCodec<>() {
      @Override
      public void write(T object, DataOutput out) throws IOException {
        writer.write(object, out);
      }

      @Override
      public void readInto(T object, DataInput in) throws IOException {
        filler.readInto(object, in);
      }

      @Override
      public String typeName() {
        return typeName;
      }
    };
  }

  /** Fills an object. */
  @FunctionalInterface
  interface Filler<T> {
    void readInto(T object, DataInput in) throws IOException;
  }
}
