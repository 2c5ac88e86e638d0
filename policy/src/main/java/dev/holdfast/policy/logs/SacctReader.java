// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy.logs;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Map;

/**
 * What Slurm's {@code sacct -X -P --duplicates -o JobID,State,Start,End,NNodes,...} prints: a line
 * with the names of the columns, then a line per run of a job, fields between bars. Columns read,
 * by name: {@code State}, {@code Start}, {@code End} (needed); {@code JobID}; {@code NNodes} or
 * {@code AllocNodes}; {@code Cluster} or else {@code Partition} (the system). Times are local in
 * Slurm and are taken as UTC; seconds since 1970 ({@code SLURM_TIME_FORMAT=%s}) are understood too.
 *
 * <p>Every run of a job is an exposure of its run time. {@code NODE_FAIL} and {@code BOOT_FAIL}
 * ended it by a failure of the machine. Every other end (done, failed by itself, out of memory,
 * cancelled, time limit, deadline, preempted, requeued) says only that the machine did not fail
 * until then: right-censored. Jobs that wait or run, steps of jobs, and jobs that never started are
 * passed over.
 *
 * <p>A job that is requeued has a line for each of its runs, of which Slurm prints only the newest
 * unless {@code --duplicates} is given: without it, the failures of requeued jobs are missing.
 */
final class SacctReader {
  private enum Outcome {
    FAILED,
    CENSORED,
    /** An earlier run of a job that was requeued; without an end, one that is about to be. */
    REQUEUED,
    OPEN
  }

  private static final Map<String, Outcome> STATES =
      Map.ofEntries(
          Map.entry("NODE_FAIL", Outcome.FAILED),
          Map.entry("BOOT_FAIL", Outcome.FAILED),
          Map.entry("LAUNCH_FAILED", Outcome.CENSORED),
          Map.entry("RECONFIG_FAIL", Outcome.CENSORED),
          Map.entry("COMPLETED", Outcome.CENSORED),
          Map.entry("FAILED", Outcome.CENSORED),
          Map.entry("OUT_OF_MEMORY", Outcome.CENSORED),
          Map.entry("CANCELLED", Outcome.CENSORED),
          Map.entry("TIMEOUT", Outcome.CENSORED),
          Map.entry("DEADLINE", Outcome.CENSORED),
          Map.entry("PREEMPTED", Outcome.CENSORED),
          Map.entry("REVOKED", Outcome.CENSORED),
          Map.entry("STOPPED", Outcome.OPEN),
          Map.entry("RUNNING", Outcome.OPEN),
          Map.entry("PENDING", Outcome.OPEN),
          Map.entry("SUSPENDED", Outcome.OPEN),
          Map.entry("REQUEUED", Outcome.REQUEUED),
          Map.entry("RESIZING", Outcome.OPEN),
          Map.entry("CONFIGURING", Outcome.OPEN),
          Map.entry("COMPLETING", Outcome.OPEN));

  private final Rows rows;
  private final LogBuilder log;

  SacctReader(BufferedReader in, LogBuilder log) {
    this.rows = new Rows(in, '|', false);
    this.log = log;
  }

  void read() throws IOException {
    if (!rows.next()) {
      return;
    }
    rows.nameColumns();
    int job = rows.column("JobID", "JobIDRaw");
    int state = required("State");
    int start = required("Start");
    int end = required("End");
    int nodes = rows.column("NNodes", "AllocNodes");
    int system = rows.column("Cluster", "Partition");
    while (rows.next()) {
      log.row();
      String word = word(rows.field(state));
      Outcome outcome = STATES.get(word);
      if (rows.field(job).indexOf('.') >= 0) {
        log.passOver("a step of a job");
      } else if (outcome == null) {
        log.reject(rows.line(), "State is none that Slurm has", rows.field(state));
      } else if (isOpen(outcome, rows.field(end))) {
        log.passOver("a job that is " + word);
      } else {
        readRun(word, outcome, rows.field(start), rows.field(end), nodes, system);
      }
    }
  }

  private static boolean isOpen(Outcome outcome, String end) {
    return outcome == Outcome.OPEN || (outcome == Outcome.REQUEUED && isNone(end));
  }

  private int required(String name) {
    int column = rows.column(name);
    if (column < 0) {
      throw log.unusable(
          "its first line names no column \""
              + name
              + "\"; make it with: sacct -X -P --duplicates -o JobID,State,Start,End,NNodes");
    }
    return column;
  }

  /** Slurm writes {@code CANCELLED by 1000}. */
  private static String word(String state) {
    int end = 0;
    while (end < state.length()
        && (Character.isLetter(state.charAt(end)) || state.charAt(end) == '_')) {
      end++;
    }
    return state.substring(0, end);
  }

  private void readRun(
      String state, Outcome outcome, String start, String end, int nodes, int system) {
    double started = moment(start);
    double ended = moment(end);
    if (isNone(start)) {
      log.passOver("a job that never started");
    } else if (Double.isNaN(started)) {
      log.reject(rows.line(), "Start is no time", start);
    } else if (Double.isNaN(ended)) {
      log.reject(rows.line(), "End is no time", end);
    } else if (ended < started) {
      log.reject(rows.line(), "End is before Start", start + " to " + end);
    } else if (ended == started) {
      log.passOver("a job that ran for no time");
    } else {
      double count = Moments.number(rows.field(nodes));
      log.exposure(
          started,
          ended - started,
          outcome == Outcome.FAILED,
          count >= 1 ? (long) count : 0,
          rows.field(system),
          state);
    }
  }

  private static double moment(String text) {
    double iso = Moments.isoEpochSeconds(text);
    return Double.isNaN(iso) ? Moments.numericEpochSeconds(text) : iso;
  }

  private static boolean isNone(String text) {
    return text.isEmpty() || text.equals("None") || text.equals("Unknown");
  }
}
