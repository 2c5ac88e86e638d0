// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A {@link ValueForm} as a codec of values of exactly one class. */
final class ValueCodec<T> implements Codec<T> {
  private final Class<T> type;
  private final ValueForm form;

  private ValueCodec(Class<T> type, ValueForm form) {
    this.type = type;
    this.form = form;
  }

  static <T> ValueCodec<T> of(Class<T> type, ValueForm form) {
    return new ValueCodec<>(type, form);
  }

  @Override
  public void write(T value, DataOutput out) throws IOException {
    if (!type.isInstance(value)) {
      throw new IllegalStateException(
          "the value was a %s and is now a %s; give it a Codec that writes both"
              .formatted(type.getTypeName(), value.getClass().getTypeName()));
    }
    form.write(value, out);
  }

  @Override
  public T read(DataInput in) throws IOException {
    return type.cast(form.read(in));
  }

  @Override
  public String typeName() {
    return form.typeName();
  }
}
