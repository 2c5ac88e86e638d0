// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

/** Seconds since it was made. */
final class Stopwatch {
  private final long fromNs = System.nanoTime();

  double seconds() {
    return (System.nanoTime() - fromNs) * 1e-9;
  }
}
