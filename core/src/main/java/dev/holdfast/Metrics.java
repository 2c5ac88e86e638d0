// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import org.HdrHistogram.Histogram;

/**
 * What checkpoints have cost in this attempt, as distributions. Safe for use by several threads.
 */
public final class Metrics {
  private static final int DIGITS = 3;

  private final Histogram blockedNs = new Histogram(DIGITS);
  private final Histogram durableNs = new Histogram(DIGITS);
  private final Histogram storedBytes = new Histogram(DIGITS);
  private long stateBytes;
  private long failed;

  Metrics() {}

  synchronized void captured(long ns) {
    blockedNs.recordValue(Math.max(0, ns));
  }

  synchronized void committed(long ns, long stored, long state) {
    durableNs.recordValue(Math.max(0, ns));
    storedBytes.recordValue(stored);
    stateBytes += state;
  }

  synchronized void failed() {
    failed++;
  }

  /** Nanoseconds that the loop was blocked, per checkpoint. */
  public synchronized Histogram blockedNs() {
    return blockedNs.copy();
  }

  /** Nanoseconds from capture to durable, per version. */
  public synchronized Histogram durableNs() {
    return durableNs.copy();
  }

  /** Bytes written, per version. */
  public synchronized Histogram storedBytes() {
    return storedBytes.copy();
  }

  /** The sizes of all states that were captured, added up. */
  public synchronized long stateBytes() {
    return stateBytes;
  }

  /** Versions that could not be written. */
  public synchronized long failedVersions() {
    return failed;
  }
}
