// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.benchmarks.Report;
import dev.holdfast.benchmarks.Setup;
import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.Weibull;
import dev.holdfast.simulator.FailureProcess;
import dev.holdfast.simulator.JobModel;
import dev.holdfast.simulator.Outcome;
import dev.holdfast.simulator.Simulation;
import java.io.IOException;
import java.util.Locale;

/**
 * How fast virtual jobs run: from failure to failure, from event to event, with one thread and with
 * all. The jobs are those of reference row E04 (MTTF 1 h, C 60 s, R 30 s, 12 h of work) and the
 * same with a thousand times the work.
 */
public final class SimulationBenchmark {
  private static final double MTTF = 3600;
  private static final double WORK = 43_200;

  private final Report report;
  private final int rounds;

  private SimulationBenchmark(Setup setup) throws IOException {
    rounds = setup.quick() ? 1 : 5;
    report = new Report("simulator", setup, "rounds", rounds);
  }

  /** Prints the best round of each; the arguments are those of {@link Setup}. */
  public static void main(String[] args) throws IOException {
    SimulationBenchmark benchmark = new SimulationBenchmark(Setup.of(args));
    benchmark.measureAll();
    benchmark.report.write();
  }

  private void measureAll() {
    CheckpointPolicy daly = CheckpointPolicy.daly();
    measure("row E04, jumping", WORK, daly, 100_000, 1);
    measure("ten times as many jobs", WORK, daly, 1_000_000, 1);
    measure("a thousand times the work", 1000 * WORK, daly, 1_000, 1);
    measure("the same, all processors", 1000 * WORK, daly, 4_000, processors());
    FailureLaw weibull = Weibull.ofMean(0.7, MTTF);
    CheckpointPolicy adaptive = CheckpointPolicy.adaptive();
    measure("row E04, Weibull, adaptive", weibull, WORK, adaptive, 100_000, 1);
    measure("a thousand times the work", weibull, 1000 * WORK, adaptive, 1_000, 1);
    CheckpointPolicy silent =
        now -> adaptive.workIntervalSeconds(now); // nothing says that it can be jumped
    measure("row E04, from event to event", weibull, WORK, silent, 20_000, 1);
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private void measure(String what, double work, CheckpointPolicy policy, long jobs, int threads) {
    measure(what, new Exponential(MTTF), work, policy, jobs, threads);
  }

  private void measure(
      String what, FailureLaw law, double work, CheckpointPolicy policy, long jobs, int threads) {
    Simulation simulation =
        new Simulation(
            JobModel.blocking(work, 60, 30, 0),
            FailureProcess.renewal(law),
            policy,
            MTTF,
            1,
            threads);
    double best = Double.POSITIVE_INFINITY;
    double failures = 0;
    for (int round = 0; round < rounds; round++) {
      long from = System.nanoTime();
      Outcome outcome = simulation.run(jobs, done -> {});
      best = Math.min(best, (System.nanoTime() - from) * 1e-9);
      failures = outcome.failures().mean() * outcome.jobs();
    }
    System.out.printf(
        Locale.ROOT,
        "%-30s %,9d jobs, %d thread%s: %.3f s, %.1f million failures/s%n",
        what,
        jobs,
        threads,
        threads == 1 ? "" : "s",
        best,
        failures / best / 1e6);
    report.row(
        "what", what,
        "threads", threads,
        "jobs", jobs,
        "best_s", best,
        "failures_per_s", failures / best);
  }
}
