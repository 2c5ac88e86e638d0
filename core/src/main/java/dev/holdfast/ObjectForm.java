// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/** How the value of an {@link EncodedRegion} is written, and read or filled in place. */
interface ObjectForm {

  String typeName();

  void write(Object value, DataOutput out) throws IOException;

  /**
   * Reads the value.
   *
   * @param current the program's value now, to be filled where the value stays
   * @param in holds exactly what was written
   * @return the value to assign
   */
  Object read(Object current, DataInputStream in) throws IOException;

  @SuppressWarnings("unchecked") // a region's value is of the type its codec was given for
  static ObjectForm replacing(Codec<?> codec) {
    Codec<Object> typed = (Codec<Object>) codec;
    return new ObjectForm() {
      @Override
      public String typeName() {
        return typed.typeName();
      }

      @Override
      public void write(Object value, DataOutput out) throws IOException {
        typed.write(value, out);
      }

      @Override
      public Object read(Object current, DataInputStream in) throws IOException {
        return typed.read(in);
      }
    };
  }

  @SuppressWarnings("unchecked") // a region's value is of the type its codec was given for
  static ObjectForm inPlace(InPlaceCodec<?> codec) {
    InPlaceCodec<Object> typed = (InPlaceCodec<Object>) codec;
    return new ObjectForm() {
      @Override
      public String typeName() {
        return typed.typeName();
      }

      @Override
      public void write(Object value, DataOutput out) throws IOException {
        typed.write(value, out);
      }

      @Override
      public Object read(Object current, DataInputStream in) throws IOException {
        typed.readInto(current, in);
        return current;
      }
    };
  }
}
