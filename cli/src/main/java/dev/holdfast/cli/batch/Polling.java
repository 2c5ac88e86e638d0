// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When the scheduler is asked: at the start, every ten minutes or so, and once before the last
 * checkpoint has to begin, because the limit may have been extended. Thousands of jobs that were
 * started together must not ask together, so each wait is between eight and twelve minutes at
 * random. Outside a batch job nobody is asked.
 */
public final class Polling {
  private static final Duration SHORTEST = Duration.ofMinutes(8);
  private static final Duration LONGEST = Duration.ofMinutes(12);

  /** How long before the reserve begins the last question is asked. */
  private static final Duration AHEAD = Duration.ofMinutes(1);

  /** An end that moves by less, as that of a scheduler that tells what is left, is the same. */
  private static final Duration SAME_END = Duration.ofMinutes(2);

  private final BatchJob job;
  private final Time time;
  private final RandomGenerator random;
  private boolean asked;
  private long nextNanos;
  private Optional<Instant> endAskedFor = Optional.empty();

  /**
   * Nothing is asked before the first {@link #poll}.
   *
   * @param job whose scheduler is asked
   * @param time now
   * @param random spreads the questions of many jobs
   */
  public Polling(BatchJob job, Time time, RandomGenerator random) {
    this.job = job;
    this.time = time;
    this.random = random;
  }

  /**
   * Asks if it is time to; call it about once a second, on a thread that may wait 10 s.
   *
   * @param reserve how long before the end the job will stop itself
   * @return whether the scheduler was asked
   */
  public boolean poll(Duration reserve) {
    if (!job.inBatch() || !due(reserve)) {
      return false;
    }
    asked = true;
    job.ask();
    long spread = LONGEST.minus(SHORTEST).toNanos();
    nextNanos = time.nanoTime() + SHORTEST.toNanos() + random.nextLong(spread);
    return true;
  }

  private boolean due(Duration reserve) {
    Optional<Instant> end = job.end();
    if (end.isPresent() && !sameAsAskedFor(end.get())) {
      Instant near = end.get().minus(reserve).minus(AHEAD);
      if (time.epochMs() >= near.toEpochMilli()) {
        endAskedFor = end;
        return true;
      }
    }
    return !asked || time.nanoTime() - nextNanos >= 0;
  }

  private boolean sameAsAskedFor(Instant end) {
    return endAskedFor.isPresent()
        && Duration.between(endAskedFor.get(), end).abs().compareTo(SAME_END) < 0;
  }
}
