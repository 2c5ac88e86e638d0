// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.time.Instant;

/** A clock that a test sets. */
final class SetTime implements Time {
  private Instant now;

  SetTime(String now) {
    this.now = Instant.parse(now);
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public long epochMs() {
    return now.toEpochMilli();
  }

  @Override
  public long nanoTime() {
    return now.toEpochMilli() * 1_000_000;
  }

  @Override
  public void pause(Duration duration) {
    throw new UnsupportedOperationException();
  }
}
