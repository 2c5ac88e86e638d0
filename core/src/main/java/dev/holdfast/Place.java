// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a region's value lives in the program: an object that stays, or a variable. */
sealed interface Place {

  Object get();

  /** Assigns a restored value; an object that stays has been filled in place already. */
  void set(Object value);

  /** Whether the object stays, so that its shape must match at restart. */
  boolean stays();

  static Place of(Object object) {
    return new Staying(object);
  }

  static <T> Place of(String name, Class<?> type, Supplier<T> getter, Consumer<T> setter) {
    return new Variable<>(name, type, getter, setter);
  }

  /** An object that stays. */
  record Staying(Object object) implements Place {
    @Override
    public Object get() {
      return object;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this very object is meant
    public void set(Object value) {
      if (value != object) {
        throw new IllegalStateException("a protected object cannot be replaced");
      }
    }

    @Override
    public boolean stays() {
      return true;
    }
  }

  /**
   * A variable whose values are all of one class, or of its subclasses where a codec was given.
   *
   * @param type the class; what its setter takes
   */
  record Variable<T>(String name, Class<?> type, Supplier<T> getter, Consumer<T> setter)
      implements Place {
    @Override
    public Object get() {
      @Nullable Object value = getter.get();
      if (value == null) {
        throw new IllegalStateException(
            "region " + name + " is null; give it a value before the first boundary and keep one");
      }
      if (!type.isInstance(value)) {
        throw new IllegalStateException(
            "region %s was declared with a %s and now holds a %s; give it a Codec that writes both"
                .formatted(name, type.getTypeName(), value.getClass().getTypeName()));
      }
      return value;
    }

    @Override
    @SuppressWarnings("unchecked") // the value was made for the class that the getter returned
    public void set(Object value) {
      setter.accept((T) value);
    }

    @Override
    public boolean stays() {
      return false;
    }
  }
}
