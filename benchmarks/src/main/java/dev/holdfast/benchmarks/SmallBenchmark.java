// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.benchmarks;

import dev.holdfast.BoundaryBenchmark;
import dev.holdfast.storage.codec.CodecBenchmark;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The small things, with JMH: a boundary in nanoseconds, filters and checksums in GB/s. */
public final class SmallBenchmark {
  private SmallBenchmark() {}

  /** The arguments of {@link Setup}. */
  public static void main(String[] args) throws Exception {
    Setup setup = Setup.of(args);
    Report report = new Report("small", setup, "jmh", "1 fork");
    for (Class<?> benchmark : new Class<?>[] {BoundaryBenchmark.class, CodecBenchmark.class}) {
      ChainedOptionsBuilder options =
          new OptionsBuilder().include(benchmark.getName()).verbosity(VerboseMode.SILENT);
      if (setup.quick()) {
        TimeValue briefly = TimeValue.milliseconds(100);
        options.warmupIterations(1).warmupTime(briefly);
        options.measurementIterations(1).measurementTime(briefly);
      }
      for (RunResult run : new Runner(options.build()).run()) {
        tell(report, run.getPrimaryResult());
      }
    }
    report.write();
  }

  private static void tell(Report report, Result<?> result) {
    boolean rate = result.getScoreUnit().equals("ops/ns");
    System.out.printf(
        Locale.ROOT,
        "%-18s %8.2f %s%n",
        result.getLabel(),
        result.getScore(),
        rate ? "GB/s" : "ns");
    report.row(
        "benchmark",
        result.getLabel(),
        rate ? "gigabytes_per_s" : "ns_per_step",
        result.getScore());
  }
}
