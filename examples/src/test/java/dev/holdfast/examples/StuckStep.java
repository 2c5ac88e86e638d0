// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.examples;

import dev.holdfast.Holdfast;
import java.util.concurrent.CountDownLatch;

/** A job whose first step never ends, and says when it is in it. */
final class StuckStep {
  private StuckStep() {}

  public static void main(String[] args) {
    Holdfast.main(
        "stuck",
        hf -> {
          for (long step : hf.steps(1)) {
            System.out.println("in step " + step);
            new CountDownLatch(1).await();
          }
        });
  }
}
