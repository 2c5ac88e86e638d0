// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.SchedulerJob;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code scontrol show job} says of one job. Most lines are fields without spaces; a name that
 * a user chose is the last on its line and taken whole, so that a job called "x EndTime=..." means
 * nothing. The first of two fields of the same name counts.
 */
final class SlurmRecord {
  private static final Set<String> WHOLE_LINE =
      Set.of("Command", "WorkDir", "StdErr", "StdIn", "StdOut", "Comment", "AdminComment");

  private final Map<String, String> fields;

  private SlurmRecord(Map<String, String> fields) {
    this.fields = fields;
  }

  /** The record of that job, if it is among those printed. */
  static Optional<SlurmRecord> parse(String printed, SchedulerJob job) {
    for (String record : printed.split("\\n\\s*\\n", -1)) {
      Map<String, String> fields = new HashMap<>();
      record.lines().map(String::strip).forEach(line -> addLine(fields, line));
      SlurmRecord found = new SlurmRecord(fields);
      if (found.is(job)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static void addLine(Map<String, String> fields, String line) {
    int equals = line.indexOf('=');
    if (equals > 0 && WHOLE_LINE.contains(line.substring(0, equals))) {
      fields.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
      return;
    }
    int name = line.indexOf("JobName=");
    if (name >= 0) {
      fields.putIfAbsent("JobName", line.substring(name + "JobName=".length()));
      line = line.substring(0, name);
    }
    for (String field : List.of(line.split("\\s+", -1))) {
      int at = field.indexOf('=');
      if (at > 0) {
        fields.putIfAbsent(field.substring(0, at), field.substring(at + 1));
      }
    }
  }

  private boolean is(SchedulerJob job) {
    return job.task().isEmpty()
        ? get("JobId").equals(job.jobId())
        : get("ArrayJobId").equals(job.jobId()) && get("ArrayTaskId").equals(job.task());
  }

  /** A field's text; empty where there is none, and where Slurm prints that there is none. */
  String get(String field) {
    String value = fields.getOrDefault(field, "");
    return value.equals("(null)") || value.equals("N/A") ? "" : value;
  }

  /** The moment in a field, printed in UTC. */
  Optional<Instant> moment(String field) {
    try {
      return Optional.of(LocalDateTime.parse(get(field)).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  Optional<Duration> timeLimit() {
    return Lengths.clock(get("TimeLimit"));
  }

  boolean unlimited() {
    return get("TimeLimit").equals("UNLIMITED");
  }

  long restarts() {
    return Lengths.seconds(get("Restarts")).map(Duration::toSeconds).orElse(0L);
  }

  String state() {
    return get("JobState");
  }

  /** Whether it is in the queue, to be begun again. */
  boolean requeued(SchedulerJob job) {
    return restarts() > job.restartCount()
        || Set.of("PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT").contains(state());
  }

  /** Why Slurm will not start it by itself; empty if it will. */
  String held() {
    return get("Reason").contains("Held") || get("Reason").contains("JobHold") ? get("Reason") : "";
  }

  /**
   * Whether somebody, and not its time limit, is ending it. Slurm shows the state COMPLETING for
   * both, but the job that was cancelled ends before its limit. To requeue it works, and is not
   * what scancel was meant for.
   */
  boolean cancelled() {
    if (!state().equals("COMPLETING")) {
      return state().equals("CANCELLED");
    }
    Optional<Instant> begin = moment("StartTime");
    Optional<Instant> end = moment("EndTime");
    if (begin.isEmpty() || end.isEmpty()) {
      return false;
    }
    return unlimited()
        || timeLimit().map(l -> end.get().isBefore(begin.get().plus(l))).orElse(false);
  }
}
