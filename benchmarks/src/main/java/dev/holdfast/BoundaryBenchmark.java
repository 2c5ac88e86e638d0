// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.CheckpointPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What one boundary costs when nothing is due, beside the same loop without Holdfast. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BoundaryBenchmark {
  private static final int STEPS = 100_000;

  @SuppressWarnings("NullAway.Init") // set before every trial
  private Holdfast hf;

  @SuppressWarnings("NullAway.Init") // set before every trial
  private Iterator<Long> steps;

  /** Opens a job whose next checkpoint is due in a day. */
  @Setup(Level.Trial)
  public void open() throws Exception {
    Path folder = Files.createTempDirectory("boundary");
    hf =
        Holdfast.job("boundary")
            .store(folder.resolve("boundary.holdfast"))
            .policy(CheckpointPolicy.fixed(Duration.ofDays(1)))
            .open();
    hf.protect("state", new double[8]);
    steps = hf.steps(Long.MAX_VALUE).iterator();
  }

  /** Ends the job. */
  @TearDown(Level.Trial)
  public void close() {
    hf.close();
  }

  /** The loop alone. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void nothing(Blackhole sink) {
    for (long step = 0; step < STEPS; step++) {
      sink.consume(step);
    }
  }

  /** The loop with {@code tick()} after every step. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void tick(Blackhole sink) {
    for (long step = 0; step < STEPS; step++) {
      sink.consume(step);
      hf.tick();
    }
  }

  /** The loop over {@code steps(n)}; one loop goes through the whole trial. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void steps(Blackhole sink) {
    for (int step = 0; step < STEPS && steps.hasNext(); step++) {
      sink.consume((long) steps.next());
    }
  }
}
