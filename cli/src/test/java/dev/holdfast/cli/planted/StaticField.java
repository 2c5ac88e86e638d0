// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

/** Carries something from step to step in a static field that is not protected. */
public final class StaticField {
  private static double momentum;

  private StaticField() {}

  public static void main(String[] args) {
    PlantedJob.main(hf -> {
      double[] field = hf.protect("field", new double[PlantedJob.CELLS]);
      var energy = hf.cell("energy", 0.0);
      for (long step : hf.steps(PlantedJob.STEPS)) {
        PlantedJob.checkpoint(hf, step);
        PlantedJob.relax(field.clone(), field, 0.125 * step);
        momentum = 0.9 * momentum + field[7];
        energy.set(energy.get() + momentum);
      }
    });
  }
}
