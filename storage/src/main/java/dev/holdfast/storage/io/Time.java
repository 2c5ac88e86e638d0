// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Time as a parameter, so that tests need not wait. */
public interface Time {

  /** The machine's clocks. */
  Time SYSTEM =
      new Time() {
        @Override
        public long epochMs() {
          return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) {
          LockSupport.parkNanos(duration.toNanos());
        }
      };

  /** Wall-clock time, for people; it may jump. */
  long epochMs();

  /** Monotonic time, for durations. */
  long nanoTime();

  /** Waits for about this long. */
  void pause(Duration duration);
}
