// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Time;
import java.time.Duration;

/** Time that passes only when it is asked to, or when somebody waits. */
final class FakeTime implements Time {
  private long nowMs = 1_750_000_000_000L;
  private long monotonicNs = 42;
  private Runnable whileWaiting = () -> {};

  void advance(Duration by) {
    nowMs += by.toMillis();
    monotonicNs += by.toNanos();
  }

  /** Sets the wall clock, as an administrator may; the monotonic one goes on. */
  void setTo(long epochMs) {
    nowMs = epochMs;
  }

  /** Runs with every pause. */
  void whileWaiting(Runnable action) {
    whileWaiting = action;
  }

  @Override
  public long epochMs() {
    return nowMs;
  }

  @Override
  public long nanoTime() {
    return monotonicNs;
  }

  @Override
  public void pause(Duration duration) {
    advance(duration);
    whileWaiting.run();
  }
}
