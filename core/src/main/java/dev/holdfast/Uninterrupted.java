// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.function.BooleanSupplier;

/** Waiting on the program's thread, where an interrupt is for the program. */
final class Uninterrupted {
  private Uninterrupted() {}

  /** Waits for a while. */
  interface Pause {
    void run() throws InterruptedException;
  }

  /** Waits until something is so; the thread is interrupted afterwards where it was meanwhile. */
  static void until(BooleanSupplier done, Pause pause) {
    boolean interrupted = false;
    while (!done.getAsBoolean()) {
      try {
        pause.run();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
