// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.planted;

/** Swaps two protected arrays: after a restart the names mean the other one. */
public final class SwappedArrays {
  private SwappedArrays() {}

  public static void main(String[] args) {
    PlantedJob.main(hf -> {
      double[] now = hf.protect("now", new double[PlantedJob.CELLS]);
      double[] next = hf.protect("next", new double[PlantedJob.CELLS]);
      for (long step : hf.steps(PlantedJob.STEPS)) {
        PlantedJob.checkpoint(hf, step);
        PlantedJob.relax(now, next, 0.125 * step);
        double[] old = now;
        now = next;
        next = old;
      }
    });
  }
}
