// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/** A protected {@code long} variable. Not thread-safe. */
public final class LongCell {
  private long value;

  LongCell(long initial) {
    value = initial;
  }

  public long get() {
    return value;
  }

  public void set(long value) {
    this.value = value;
  }

  /** Adds and returns the new value; overflow wraps. */
  public long add(long delta) {
    return value += delta;
  }

  /** Adds 1 and returns the new value. */
  public long increment() {
    return ++value;
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
