// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at a job again and again until it is complete: on a terminal what is known is drawn in
 * place, elsewhere there is a line for each change.
 */
final class StatusWatch {
  private static final String ESCAPE = "\u001b[";
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final Supplier<JobStatus> look;
  private final Consumer<PrintTo> full;
  private final PrintWriter out;
  private final boolean terminal;
  private final Time time;

  /** What is to be printed, and where. */
  record PrintTo(PrintWriter out, JobStatus job) {}

  StatusWatch(
      Supplier<JobStatus> look,
      Consumer<PrintTo> full,
      PrintWriter out,
      boolean terminal,
      Time time) {
    this.look = look;
    this.full = full;
    this.out = out;
    this.terminal = terminal;
    this.time = time;
  }

  /** Returns the job when it is complete, or nobody reads any more. */
  JobStatus until(Duration every) {
    String before = "";
    int drawn = 0;
    while (true) {
      JobStatus job = look.get();
      if (terminal) {
        drawn = draw(job, drawn);
      } else {
        before = tell(job, before);
      }
      if (job.complete() || out.checkError()) {
        return job;
      }
      time.pause(every);
    }
  }

  private int draw(JobStatus job, int before) {
    StringWriter text = new StringWriter();
    PrintWriter lines = new PrintWriter(text);
    full.accept(new PrintTo(lines, job));
    lines.flush();
    if (before > 0) {
      out.print(ESCAPE + before + "A" + ESCAPE + "J");
    }
    out.print(text);
    out.flush();
    return (int) text.toString().lines().count();
  }

  private String tell(JobStatus job, String before) {
    String line = StatusText.brief(job);
    if (!line.equals(before)) {
      out.println(CLOCK.format(Instant.ofEpochMilli(job.nowEpochMs())) + " " + line);
      out.flush();
    }
    return line;
  }
}
