// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.Objects;

/**
 * A protected variable: its value is assigned, not filled in place. At restart it holds a new value
 * with the content of the version. Not thread-safe.
 *
 * @param <T> the type of the value, never null
 */
public final class Ref<T> {
  private T value;

  Ref(T initial) {
    value = Objects.requireNonNull(initial, "the initial value of a Ref");
  }

  public T get() {
    return value;
  }

  /**
   * Assigns the value.
   *
   * @throws NullPointerException when the value is null, which no version can hold
   */
  public void set(T value) {
    this.value = Objects.requireNonNull(value, "a Ref cannot hold null");
  }

  @Override
  public String toString() {
    return String.valueOf(value);
  }
}
