// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.JobState;
import dev.holdfast.simulator.CheckpointModel.Blocking;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Runs a job again and again under random failures.
 *
 * <p>Every job has a generator of its own, seeded by the simulation's seed and the job's number,
 * and results are merged in the order of the jobs: the outcome depends on the seed and not on the
 * number of threads.
 */
public final class Simulation {
  /** Jobs that one thread runs before their results are merged. */
  private static final int BATCH = 500;

  /**
   * Most batches after which the precision is looked at; fewer at first, by the number of jobs done
   * and not by that of threads.
   */
  private static final int ROUND_MAX = 16;

  private final double workSeconds;
  private final SimulatedJob job;
  private final long seed;
  private final int threads;

  /**
   * @param model the job
   * @param failures how failures come about
   * @param policy when it checkpoints; asked as a running job asks
   * @param statedMttfSeconds the mean time to failure that the policy is told
   * @param seed decides all randomness
   * @param threads how many to use, 1 or more
   */
  public Simulation(
      JobModel model,
      FailureProcess failures,
      CheckpointPolicy policy,
      double statedMttfSeconds,
      long seed,
      int threads) {
    this.workSeconds = model.workSeconds();
    this.job = job(model, failures, policy, statedMttfSeconds);
    this.seed = seed;
    this.threads = threads;
  }

  private static SimulatedJob job(
      JobModel model, FailureProcess failures, CheckpointPolicy policy, double statedMttfSeconds) {
    boolean jumps =
        policy.steadyBetweenFailures()
            && model.allocation().isEmpty()
            && model.preemption().isEmpty()
            && model.checkpoints() instanceof Blocking b
            && b.deviationSeconds() == 0;
    if (!jumps) {
      return new GeneralJob(model, policy, statedMttfSeconds, failures);
    }
    Blocking blocking = (Blocking) model.checkpoints();
    if (policy.dependsOnHistory()) {
      return new SteadyJob(model, blocking, policy, statedMttfSeconds, failures);
    }
    double interval = policy.workIntervalSeconds(JobState.of(model.situation(statedMttfSeconds)));
    return new PeriodicJob(
        model.workSeconds(), interval, blocking, model.downtimeSeconds(), failures);
  }

  /**
   * Runs so many jobs.
   *
   * @param jobs 1 or more
   * @param progress is told now and then how many are done; by this thread
   * @throws NoProgressException when a job would never end
   */
  public Outcome run(long jobs, LongConsumer progress) {
    return run(jobs, 0, progress);
  }

  /**
   * Runs jobs until the mean makespan is known well enough.
   *
   * @param jobsMax at most so many, 1 or more
   * @param precision half the width of the 95 % confidence interval of the mean makespan, as a
   *     share of it; 0 runs all jobs
   * @param progress is told now and then how many are done; by this thread
   * @throws NoProgressException when a job would never end
   */
  public Outcome run(long jobsMax, double precision, LongConsumer progress) {
    Require.atLeast("jobs", (double) jobsMax, 1);
    Require.nonNegative("precision", precision);
    Outcome all = Outcome.empty(workSeconds);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      try {
        while (all.jobs() < jobsMax && !precise(all, precision)) {
          for (Future<Outcome> batch : round(pool, all.jobs(), jobsMax, precision > 0)) {
            all.add(batch.get());
            progress.accept(all.jobs());
          }
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        pool.shutdownNow();
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return all;
  }

  private static boolean precise(Outcome all, double precision) {
    return precision > 0
        && all.jobs() > 0
        && all.makespan().halfWidth95() <= precision * all.makespan().mean();
  }

  private List<Future<Outcome>> round(
      ExecutorService pool, long from, long jobsMax, boolean looking) {
    List<Future<Outcome>> batches = new ArrayList<>();
    long round = looking ? Math.clamp(from / BATCH, 1, ROUND_MAX) : ROUND_MAX;
    for (long begin = from; begin < jobsMax && batches.size() < round; begin += BATCH) {
      long first = begin;
      long end = Math.min(jobsMax, begin + BATCH);
      batches.add(pool.submit(() -> batch(first, end)));
    }
    return batches;
  }

  private Outcome batch(long from, long to) {
    Outcome outcome = Outcome.empty(workSeconds);
    for (long number = from; number < to && !Thread.interrupted(); number++) {
      JobRun run = new JobRun();
      job.run(new SplittableRandom(mixed(seed, number)), run);
      outcome.add(run);
    }
    return outcome;
  }

  /** Scatters neighbouring job numbers: the finaliser of SplitMix64 over both. */
  private static long mixed(long seed, long number) {
    long z = seed * 0x9E3779B97F4A7C15L + number;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
