// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/**
 * A protected {@code double} variable; every bit of it is kept, NaN payloads too. Not thread-safe.
 */
public final class DoubleCell {
  private double value;

  DoubleCell(double initial) {
    value = initial;
  }

  public double get() {
    return value;
  }

  public void set(double value) {
    this.value = value;
  }

  /** Adds and returns the new value. */
  public double add(double delta) {
    return value += delta;
  }

  @Override
  public String toString() {
    return Double.toString(value);
  }
}
