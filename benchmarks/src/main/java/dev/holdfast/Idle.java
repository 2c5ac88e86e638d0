// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

/** Lets a job finish what it does behind the program's back, so that others are measured alone. */
public final class Idle {
  private Idle() {}

  /** Waits until old versions are deleted, too. */
  public static void await(Holdfast hf) {
    hf.engine().awaitWriter();
  }
}
