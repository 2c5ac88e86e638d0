// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

import java.util.concurrent.locks.LockSupport;

/** Waits for something that never comes. */
public final class Hanging {
  private Hanging() {}

  public static void main(String[] args) {
    while (true) {
      LockSupport.park();
    }
  }
}
