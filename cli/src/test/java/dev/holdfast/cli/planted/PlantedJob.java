// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

import dev.holdfast.Body;
import dev.holdfast.Holdfast;
import dev.holdfast.policy.CheckpointPolicy;
import java.time.Duration;

/**
 * What the programs have in common: versions at steps that they choose, and steps that take time.
 */
final class PlantedJob {
  static final long STEPS = 300;
  static final int CELLS = 2_000;
  private static final int PASSES = 1_500;

  private PlantedJob() {}

  static void main(Body body) {
    Holdfast.job("planted").policy(CheckpointPolicy.fixed(Duration.ofHours(1))).main(body);
  }

  /** A version after every tenth step, always after an odd number of them. */
  static void checkpoint(Holdfast hf, long step) {
    if (step % 10 == 1) {
      hf.checkpoint().awaitDurable();
    }
  }

  /** Some milliseconds of work that changes every cell. */
  static void relax(double[] from, double[] to, double kick) {
    for (int pass = 0; pass < PASSES; pass++) {
      for (int i = 0; i < from.length; i++) {
        to[i] = 0.5 * from[i] + 0.25 * from[(i + 1) % from.length] + kick + i;
      }
    }
  }
}
