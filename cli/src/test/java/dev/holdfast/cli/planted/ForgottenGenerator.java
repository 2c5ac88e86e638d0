// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

import java.util.Random;

/** Its generator is not protected: after a restart it begins anew. */
public final class ForgottenGenerator {
  private ForgottenGenerator() {}

  public static void main(String[] args) {
    PlantedJob.main(hf -> {
      double[] field = hf.protect("field", new double[PlantedJob.CELLS]);
      Random random = new Random(42);
      for (long step : hf.steps(PlantedJob.STEPS)) {
        PlantedJob.checkpoint(hf, step);
        PlantedJob.relax(field.clone(), field, random.nextDouble());
      }
    });
  }
}
