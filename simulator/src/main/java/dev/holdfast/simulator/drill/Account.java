// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.util.Optional;

/**
 * Where the time of the run went that was struck, in seconds.
 *
 * @param fromLedger whether the store's ledger says so; else wall clocks do, and only useful time,
 *     downtime and all the rest are known, which is then the rework
 * @param useful time that counted
 * @param rework time done again
 * @param checkpoint time blocked by checkpoints
 * @param restart from the start of an attempt to its first step
 * @param down nothing ran
 * @param suspended it stood still, as far as the ledger says so: what lasts less than five seconds
 *     is not noticed and counts as whatever went on then
 * @param forecast what the models expect; empty where they cannot say
 * @param noForecast why they cannot, empty where they can
 */
public record Account(
    boolean fromLedger,
    double useful,
    double rework,
    double checkpoint,
    double restart,
    double down,
    double suspended,
    Optional<Forecast> forecast,
    String noForecast) {

  /** From the first start to the end. */
  public double makespan() {
    return useful + rework + checkpoint + restart + down + suspended;
  }

  /** Share of the makespan that is not useful, 0 to 1. */
  public double waste() {
    return Math.clamp(1 - useful / makespan(), 0, 1);
  }

  /** Whether the measured waste lies in the interval of the simulation. */
  public boolean agrees() {
    return forecast.isEmpty()
        || (waste() >= forecast.get().lowWaste() && waste() <= forecast.get().highWaste());
  }
}
