// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.cluster;

import dev.holdfast.cli.batch.BatchJob;
import dev.holdfast.cli.batch.Commands;
import dev.holdfast.cli.batch.Requeue;
import dev.holdfast.storage.io.Time;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs inside a job: prints what is known of it and has it started again if asked to. */
final class BatchProbe {
  private BatchProbe() {}

  /** The command line of it, for a script. */
  static String command(String... arguments) {
    String path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(part -> Path.of(part).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    return String.join(
        " ",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp",
        "'" + path + "'",
        BatchProbe.class.getName(),
        String.join(" ", arguments));
  }

  /**
   * Asks; with the argument go, is started again and exits with the code for that.
   *
   * @param arguments go or look
   */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    Map<String, String> environment = System.getenv();
    BatchJob job = BatchJob.find(environment, Commands.system(environment), Time.SYSTEM);
    job.ask();
    job.facts().forEach(f -> out.println(f.name() + ": " + f.value() + " <- " + f.source()));
    out.println("seconds left: " + secondsLeft(job));
    Requeue.Wish wish = new Requeue.Wish(Optional.empty(), Optional.empty(), OptionalInt.empty());
    if (!arguments[0].equals("go")) {
      job.requeue()
          .ways(wish)
          .forEach(w -> out.println(w.way() + " " + w.possible() + " " + w.why()));
      return;
    }
    Requeue.Result result = job.requeue().perform(wish);
    out.println(result.way() + ": " + result.message());
    System.exit(result.exitCode());
  }

  private static String secondsLeft(BatchJob job) {
    return job.end()
        .map(e -> Long.toString(e.getEpochSecond() - System.currentTimeMillis() / 1000))
        .orElse("unknown");
  }
}
