// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clocks, which a test moves on instead of waiting. */
final class MovedTime implements Time {
  private final AtomicLong movedNs = new AtomicLong();

  void move(Duration on) {
    movedNs.addAndGet(on.toNanos());
  }

  @Override
  public long epochMs() {
    return Time.SYSTEM.epochMs() + movedNs.get() / 1_000_000;
  }

  @Override
  public long nanoTime() {
    return Time.SYSTEM.nanoTime() + movedNs.get();
  }

  @Override
  public void pause(Duration duration) {
    move(duration);
  }
}
