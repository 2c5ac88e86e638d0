// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.process;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * How much of a busy processor a thread leaves to others: {@code nice}, which on Linux every thread
 * has for itself, and hands on to the threads that it starts. Java's own priorities do nothing
 * there unless the JVM is told so. It can be raised by anybody, and lowered again by root alone.
 */
public final class Niceness {
  /** The highest: what is left over by others. */
  public static final int MAX = 19;

  private static final int OF_A_THREAD = 0; // PRIO_PROCESS: Linux takes the calling thread for 0

  private Niceness() {}

  /**
   * Sets that of the calling thread.
   *
   * @param nice 0 to 19
   * @return why it cannot be set, then nothing has changed; or empty
   */
  public static Optional<String> set(int nice) {
    String system = System.getProperty("os.name");
    if (!system.equals("Linux")) {
      return Optional.of("this is " + system + ", not Linux");
    }
    try {
      int result = SystemCalls.ofProcess().setPriority(OF_A_THREAD, 0, nice);
      return result == 0 ? Optional.empty() : Optional.of("setpriority: error " + -result);
    } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
      return Optional.of("the JVM refuses calls of the C library (" + e.getMessage() + ")");
    }
  }

  /** Why threads of this process cannot be made nicer; found out by a thread that does nothing. */
  public static Optional<String> refusal() {
    return CompletableFuture.supplyAsync(
            () -> set(MAX), task -> Thread.ofPlatform().daemon().name("holdfast-nice").start(task))
        .join();
  }
}
