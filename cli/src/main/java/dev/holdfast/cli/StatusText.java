// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.LedgerText;
import dev.holdfast.cli.AttemptStatus.Spent;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.Phase;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** What is known of a job, in words. */
final class StatusText {
  private StatusText() {}

  static void print(PrintWriter out, JobStatus job) {
    out.println(job.job() + ": " + state(job));
    line(out, "store", job.root() + ", " + Text.size(job.sizeBytes()) + ", " + kept(job));
    line(out, "steps", steps(job));
    line(out, "last", job.usable().map(v -> version(job, v)).orElse(none(job)));
    if (job.running()) {
      line(out, "next", next(job));
    }
    if (!job.complete()) {
      line(out, "left", left(job));
    }
    line(out, "time", LedgerText.line(job.ledger()) + LedgerText.expected(job.expectedWaste()));
    line(out, "attempts", attempts(job));
    job.damaged().forEach(what -> line(out, "damaged", what));
  }

  private static String none(JobStatus job) {
    return job.lost() ? "no usable version" : "no version yet";
  }

  private static void line(PrintWriter out, String name, String text) {
    out.println(Text.format("  %-9s %s", name, text));
  }

  /** What the job does now, or how it ended. */
  static String state(JobStatus job) {
    if (job.attempts().isEmpty()) {
      return job.ledger().attempts() == 0
          ? "no attempt has left a record"
          : "unknown: the records of its attempts are missing or damaged";
    }
    AttemptStatus last = job.attempts().getLast();
    String step =
        last.lastStep().isPresent() && !job.writesFiles()
            ? " at step " + count(last.lastStep())
            : "";
    return switch (last.ending()) {
      case RUNNING ->
          "running on " + where(last) + ", for " + since(job, last.begunEpochMs()) + sign(job);
      case SILENT ->
          "was running on " + where(last) + ", not heard of" + silence(job) + "; it may be gone";
      case COMPLETE -> "complete" + step;
      case STOPPED -> "stopped" + step + because(last) + "; run it again to go on";
      case FAILED -> "failed" + because(last);
      case KILLED -> "ended without a word on " + where(last) + "; nobody holds it";
    };
  }

  private static String because(AttemptStatus attempt) {
    String first = Text.firstLine(attempt.message());
    return first.isEmpty() ? "" : ": " + first;
  }

  private static String sign(JobStatus job) {
    OptionalLong sign = job.lastSignEpochMs();
    return sign.isEmpty() ? "" : "; last sign of life " + since(job, sign.getAsLong()) + " ago";
  }

  private static String silence(JobStatus job) {
    OptionalLong sign = job.lastSignEpochMs();
    return sign.isEmpty() ? "" : " for " + since(job, sign.getAsLong());
  }

  private static String since(JobStatus job, long epochMs) {
    return Times.words(Math.max(0, job.nowEpochMs() - epochMs) / 1e3);
  }

  private static String where(AttemptStatus attempt) {
    Holder holder = attempt.holder();
    if (holder.pid() == 0) {
      return "a host that no record tells any more, attempt " + attempt.ordinal();
    }
    return holder.host()
        + " as process "
        + holder.pid()
        + (holder.jobId().isEmpty() ? "" : ", " + scheduled(holder))
        + ", attempt "
        + attempt.ordinal();
  }

  private static String scheduled(Holder holder) {
    return holder.scheduler()
        + " job "
        + holder.jobId()
        + (holder.restartCount() > 0 ? " (restart " + holder.restartCount() + ")" : "");
  }

  private static String kept(JobStatus job) {
    return Text.count(job.versions(), "version") + " kept";
  }

  /** Steps done, loop by loop, as the newest version has them. */
  static String steps(JobStatus job) {
    if (job.writesFiles()) {
      return "unknown (restart files)";
    }
    List<Phase> phases = job.phases();
    if (phases.isEmpty()) {
      return job.usable()
          .map(v -> v.info().state().step())
          .filter(step -> step > 0)
          .map(step -> Text.count(step) + "; how many there will be is not known")
          .orElse("unknown");
    }
    if (phases.size() == 1) {
      return progress(phases.getFirst());
    }
    return phases.stream()
        .map(phase -> phase.name() + " " + progress(phase))
        .collect(Collectors.joining("; "));
  }

  private static String progress(Phase phase) {
    if (phase.total() < 0) {
      return Text.count(phase.done());
    }
    double share = phase.total() == 0 ? 1 : (double) phase.done() / phase.total();
    return Text.count(phase.done())
        + " of "
        + Text.count(phase.total())
        + (phase.finished() ? ", done" : Text.format(" (%.1f %%)", 100 * share));
  }

  private static String version(JobStatus job, VersionRecord version) {
    VersionInfo info = version.info();
    return Text.format(
        "version %d = %s, captured %s (%s ago), %s, %s in %s, level %s",
        version.number(),
        Text.format(
            job.writesFiles() ? "state %,d of the restart files" : "step %,d", info.state().step()),
        Text.moment(info.state().capturedEpochMs()),
        since(job, info.state().capturedEpochMs()),
        info.family().full() ? "full" : "delta",
        Text.size(info.stateBytes()),
        Text.size(version.fileBytes()),
        info.level().name());
  }

  private static String next(JobStatus job) {
    OptionalDouble interval = job.intervalSeconds();
    if (interval.isEmpty()) {
      return "unknown: no version tells the work interval yet";
    }
    OptionalLong due = job.nextDueEpochMs();
    if (due.isEmpty()) {
      return "none until the end or a stop: the policy wants no more";
    }
    double seconds = (due.getAsLong() - job.nowEpochMs()) / 1e3;
    String when = seconds > 0 ? "in " + Times.words(seconds) : "at the end of a step, or now";
    return "checkpoint due "
        + when
        + " ("
        + Text.moment(due.getAsLong())
        + "), every "
        + Times.words(interval.getAsDouble())
        + " of work";
  }

  private static String left(JobStatus job) {
    OptionalDouble left = job.leftSeconds();
    if (left.isEmpty()) {
      return "unknown: no version tells how many steps are left and how long one takes";
    }
    double seconds = left.getAsDouble();
    long endMs = job.nowEpochMs() + (long) (seconds * 1e3);
    String loops = job.phases().size() > 1 ? " for the loops that have begun" : "";
    return "about "
        + Times.words(seconds)
        + loops
        + (job.running() ? ", until " + Text.moment(endMs) : " of running")
        + ", at the waste so far";
  }

  private static String attempts(JobStatus job) {
    long killed = job.ledger().failures();
    boolean lastKilled =
        job.last().filter(a -> a.ending() == AttemptStatus.Ending.KILLED).isPresent();
    killed += lastKilled ? 1 : 0;
    return Text.count(job.ledger().attempts())
        + (killed == 0 ? "" : ", " + Text.count(killed) + " killed")
        + "; "
        + Text.count(job.made(), "version")
        + " made";
  }

  /** A line for each attempt. */
  static void printAttempts(PrintWriter out, JobStatus job) {
    Text.Table table =
        new Text.Table(
            "rllllrrrrrrrrl",
            "attempt",
            "begun",
            "ended",
            "host",
            "job",
            "waited",
            "from step",
            "to step",
            "versions",
            "useful",
            "checkpoint",
            "rework",
            "restart",
            "end");
    job.attempts().forEach(attempt -> table.row(cells(attempt)));
    table.print(out, "  ");
    long lost = job.ledger().attempts() - job.attempts().size();
    if (lost > 0) {
      out.println("  and " + Text.count(lost, "attempt") + " of which no record tells any more");
    }
  }

  private static String[] cells(AttemptStatus attempt) {
    Spent spent = attempt.spent();
    Holder holder = attempt.holder();
    AttemptStatus.Gap gap = attempt.before();
    return new String[] {
      Long.toString(attempt.ordinal()),
      Text.moment(attempt.begunEpochMs()),
      attempt.endedEpochMs().isEmpty() ? "-" : Text.moment(attempt.endedEpochMs().getAsLong()),
      holder.host(),
      holder.jobId().isEmpty() ? "-" : scheduled(holder),
      gap.seconds() == 0 ? "-" : lengthOf(gap.seconds()) + (gap.queued() ? " queued" : " down"),
      count(attempt.firstStep()),
      count(attempt.lastStep()),
      Long.toString(attempt.versions()),
      lengthOf(spent.usefulSeconds()),
      lengthOf(spent.checkpointSeconds()),
      lengthOf(spent.reworkSeconds()),
      lengthOf(spent.restartSeconds()),
      attempt.ending().words() + because(attempt)
    };
  }

  private static String lengthOf(double seconds) {
    return seconds <= 0 ? "0" : Times.words(seconds);
  }

  private static String count(OptionalLong value) {
    return value.isEmpty() ? "-" : Text.count(value.getAsLong());
  }

  /** A line for each job. */
  static void printTable(PrintWriter out, List<JobStatus> jobs) {
    Text.Table table =
        new Text.Table(
            "llrrlrrrl",
            "job",
            "state",
            "attempt",
            "version",
            "steps",
            "left",
            "waste",
            "size",
            "store");
    for (JobStatus job : jobs) {
      table.row(
          job.job(),
          job.last().map(last -> last.ending().words()).orElse("empty")
              + (job.damaged().isEmpty() ? "" : ", damaged"),
          Long.toString(job.ledger().attempts()),
          job.usable().map(v -> Long.toString(v.number())).orElse("-"),
          steps(job),
          leftCell(job),
          Text.format("%.1f %%", job.ledger().waste() * 100),
          Text.size(job.sizeBytes()),
          String.valueOf(job.root().getFileName()));
    }
    table.print(out, "");
  }

  private static String leftCell(JobStatus job) {
    OptionalDouble left = job.leftSeconds();
    return job.complete() ? "-" : left.isEmpty() ? "unknown" : Times.words(left.getAsDouble());
  }

  /** The job in one line that changes only when something has happened. */
  static String brief(JobStatus job) {
    String state =
        job.last()
            .map(last ->
                last.ending().open()
                    ? last.ending().words() + " on " + where(last)
                    : last.ending().words() + because(last))
            .orElse("empty");
    String version =
        job.usable().map(v -> "version " + v.number() + ", step ").orElse("no version, step ");
    return job.job() + ": " + state + "; " + version + steps(job);
  }
}
