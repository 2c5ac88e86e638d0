// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.cli.batch.BatchJob;
import dev.holdfast.cli.batch.Polling;
import dev.holdfast.storage.io.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Keeps asking the scheduler about the allocation, on a thread of its own: an answer may take ten
 * seconds, and a signal must not wait for it.
 */
final class BatchWatch implements Limits.Allocation, AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** A little more than a question may take. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(12);

  private final BatchJob job;
  private final Polling polling;
  private final Time time;
  private final Consumer<String> tell;
  private final CountDownLatch firstAnswer = new CountDownLatch(1);
  private volatile Duration lead = Duration.ZERO;
  private volatile boolean closed;

  BatchWatch(BatchJob job, Time time, Consumer<String> tell) {
    this.job = job;
    this.time = time;
    this.tell = tell;
    this.polling = new Polling(job, time, RandomGenerator.getDefault());
  }

  /** Begins to ask, and waits for the first answer. */
  void start() throws InterruptedException {
    if (!job.inBatch()) {
      return;
    }
    Thread.ofPlatform().daemon().name("holdfast-scheduler").start(this::keepAsking);
    var _ = firstAnswer.await(FIRST_ANSWER.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void keepAsking() {
    while (!closed) {
      ask();
      firstAnswer.countDown();
      time.pause(LOOK_EVERY);
    }
  }

  /** Once more shortly before the stop, because the limit may have been extended. */
  private void ask() {
    try {
      polling.poll(lead);
      job.news().forEach(tell);
    } catch (RuntimeException e) {
      tell.accept("the scheduler's answer is not understood (" + e + "); what was known stays");
    }
  }

  @Override
  public void leadTime(Duration before) {
    lead = before;
  }

  BatchJob job() {
    return job;
  }

  @Override
  public OptionalLong endEpochMs() {
    return job.end().map(Instant::toEpochMilli).map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  @Override
  public Duration killWait() {
    return job.killWait();
  }

  @Override
  public void close() {
    closed = true;
  }
}
