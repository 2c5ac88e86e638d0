// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.RestartFiles;
import dev.holdfast.cli.batch.Requeue.Way;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was asked for on the command line.
 *
 * @param command the program and its arguments
 * @param settings HOLDFAST_* variables for the command that options gave, by name
 * @param store the store, where it is known
 * @param retries restarts in a row without a new version
 * @param grace how long the command has to stop when it is asked to; empty for what the notice
 *     allows
 * @param timeLimit the command's own time limit
 * @param stopSignal what asks the command to stop, without SIG
 * @param hang how long nothing may happen until the command is restarted
 * @param stopCode the code that means "stopped at a checkpoint", where somebody said so
 * @param requeue what to do after a stop
 * @param files for a command that writes its own restart files
 */
public record RunOptions(
    List<String> command,
    Map<String, String> settings,
    Optional<Path> store,
    int retries,
    Optional<Duration> grace,
    Optional<Duration> timeLimit,
    String stopSignal,
    Optional<Duration> hang,
    OptionalInt stopCode,
    Requeueing requeue,
    Optional<Files> files) {
  /** Restarts in a row without a new version, unless said otherwise. */
  public static final int RETRIES_DEFAULT = 3;

  /** Requeues of one job, unless said otherwise. */
  public static final int REQUEUES_DEFAULT = 100;

  /**
   * Whether the job is put into the queue again after a stop.
   *
   * @param wanted whether that is for the supervisor to do; else only the exit code says it
   * @param only the one way to go; empty for the first that works
   * @param script what is submitted again; empty for the job's own script
   * @param most requeues in all
   */
  public record Requeueing(boolean wanted, Optional<Way> only, Optional<Path> script, int most) {}

  /**
   * A command that writes its own restart files.
   *
   * @param job the job's name, of which the store has its name unless another is said
   * @param files what it writes
   * @param signal the signal that makes it checkpoint, without SIG; empty for none
   */
  public record Files(String job, RestartFiles files, String signal) {}

  public RunOptions {
    command = List.copyOf(command);
    settings = Map.copyOf(settings);
  }
}
