// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import dev.holdfast.Metrics;
import dev.holdfast.policy.AsynchronousModel;
import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.Situation;
import dev.holdfast.simulator.CheckpointModel;
import dev.holdfast.simulator.FailureProcess;
import dev.holdfast.simulator.JobModel;
import dev.holdfast.simulator.NoProgressException;
import dev.holdfast.simulator.Outcome;
import dev.holdfast.simulator.Simulation;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.VersionInfo;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a job like the measured one is expected to waste: its useful time, its mean work between
 * versions, and what versions, restarts and downtime have cost it, under failures of the law by
 * which it was struck. Versions are written while the job goes on, so the model is the one of
 * asynchronous checkpoints. Unlike a job of the model this one also has to start the first time,
 * which is added.
 *
 * @param costSeconds C, the loop blocked by one version
 * @param latencySeconds L, from the capture of a version until it is durable
 * @param restartSeconds R
 * @param downSeconds D
 * @param mttfSeconds M, mean running time between strikes
 * @param workIntervalSeconds w
 * @param modelWaste expected by the model
 * @param simulatedWaste expected by the simulation
 * @param lowWaste what 2.5 % of the simulated jobs do not exceed
 * @param highWaste what 97.5 % of the simulated jobs do not exceed
 */
public record Forecast(
    double costSeconds,
    double latencySeconds,
    double restartSeconds,
    double downSeconds,
    double mttfSeconds,
    double workIntervalSeconds,
    double modelWaste,
    double simulatedWaste,
    double lowWaste,
    double highWaste) {
  private static final int JOBS = 4_000;
  private static final double NS = 1e-9;

  /**
   * A percentile is known to three digits and rounded up. Jobs without any failure all take the
   * same time: rounding must not put them outside.
   */
  private static final double ROUNDED_UP = 1 - 1e-3;

  private static final double COST_LEAST_SECONDS = 1e-6;

  /**
   * The forecast for a job that is complete.
   *
   * @param last its newest version
   * @param ledger the ledger of its end
   * @param restarts attempts whose restart is in that ledger, 1 or more
   * @param moments the law by which it was struck, on the clock of its running time
   * @param mttfSeconds mean running time between strikes
   * @param downSeconds mean time between two attempts
   * @return empty when a job like this would never end
   */
  static Optional<Forecast> of(
      VersionInfo last,
      Ledger ledger,
      int restarts,
      Moments moments,
      double mttfSeconds,
      double downSeconds,
      long seed) {
    double useful = Math.max(COST_LEAST_SECONDS, ledger.usefulNs() * NS);
    double versions = (double) Math.max(1, ledger.versions());
    double cost = Math.max(COST_LEAST_SECONDS, ledger.checkpointNs() * NS / versions);
    double durable = Metrics.of(last.measured()).durableNs().getMean() * NS;
    double latency = cost + (Double.isFinite(durable) ? durable : 0);
    double restart = ledger.restartNs() * NS / Math.max(1, restarts);
    double interval = Math.max(useful / versions, latency - cost);
    Situation situation = new Situation(cost, mttfSeconds, restart, downSeconds);
    JobModel job =
        new JobModel(useful, new CheckpointModel.Asynchronous(cost, latency, restart), downSeconds);
    try {
      CheckpointPolicy every = now -> interval;
      Outcome outcome =
          new Simulation(job, failures(moments, restart, downSeconds), every, mttfSeconds, seed, 1)
              .run(JOBS, done -> {});
      double model =
          new AsynchronousModel(situation, latency).breakdown(useful, interval).makespanSeconds();
      return Optional.of(
          new Forecast(
              cost,
              latency,
              restart,
              downSeconds,
              mttfSeconds,
              interval,
              1 - useful / (model + restart),
              1 - useful / (outcome.makespan().mean() + restart),
              1 - useful / (outcome.makespan().percentile(2.5) * ROUNDED_UP + restart),
              1 - useful / (outcome.makespan().percentile(97.5) + restart)));
    } catch (NoProgressException e) {
      return Optional.empty();
    }
  }

  /** The law on the clock of a simulated job, which goes on in downtime and has no first start. */
  private static FailureProcess failures(Moments moments, double restart, double down) {
    return random -> {
      Moments.Sequence sequence = moments.draw(new SplittableRandom(random.nextLong()));
      double[] clock = new double[2]; // the next moment of the law, and downtime so far
      clock[0] = sequence.next();
      boolean[] begun = new boolean[1];
      return now -> {
        if (begun[0]) {
          clock[1] += down;
          clock[0] = sequence.next();
        }
        begun[0] = true;
        return Math.max(now, clock[0] - restart + clock[1]);
      };
    };
  }
}
