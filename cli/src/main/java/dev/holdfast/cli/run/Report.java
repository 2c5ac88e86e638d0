// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.storage.SchedulerJob;
import dev.holdfast.storage.SchedulerJob.Scheduler;
import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What the supervisor tells people, in lines. */
final class Report {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("EEE HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private Report() {}

  /** Such as {@code Slurm job 4711 (restart 2) on n012, ends Sun 14:02:00; store /scratch/w}. */
  static String begin(SchedulerJob job, OptionalLong endEpochMs, Optional<Path> store) {
    String who =
        job.scheduler() == Scheduler.NONE
            ? "no batch job"
            : job.scheduler().title()
                + " job "
                + job.id()
                + (job.restartCount() > 0 ? " (restart " + job.restartCount() + ")" : "");
    return who
        + " on "
        + SystemFacts.hostName()
        + (endEpochMs.isPresent()
            ? ", ends " + MOMENT.format(Instant.ofEpochMilli(endEpochMs.getAsLong()))
            : ", no end known")
        + store.map(path -> "; store " + path).orElse("");
  }
}
