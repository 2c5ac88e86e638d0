// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what another program brings about, and fails when it does not come. */
final class Await {
  /** For what comes within seconds, on a machine that has much else to do. */
  static final Duration SOON = Duration.ofMinutes(5);

  /** For what takes a minute or two by itself. */
  static final Duration LATER = Duration.ofMinutes(8);

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private Await() {}

  /**
   * Waits until something is so.
   *
   * @param account what is printed when it never is
   */
  static void until(
      String what, Duration atMost, Callable<Boolean> reached, Supplier<String> account)
      throws Exception {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!reached.call()) {
      if (System.nanoTime() > deadline) {
        fail("in " + atMost.toSeconds() + " s not seen: " + what + "\n" + account.get());
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
