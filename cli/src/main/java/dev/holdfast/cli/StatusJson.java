// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.AttemptStatus.Spent;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What is known of a job, for programs; null is what is not known. */
final class StatusJson {
  private static final double NS = 1e-9;

  private StatusJson() {}

  static String of(JobStatus job) {
    Map<String, Object> all = map("schema", "holdfast.status/1");
    all.putAll(toMap(job));
    return Json.of(all);
  }

  static String of(List<JobStatus> jobs) {
    return Json.of(
        map(
            "schema",
            "holdfast.status-list/1",
            "jobs",
            jobs.stream().map(StatusJson::toMap).toList()));
  }

  private static Map<String, Object> toMap(JobStatus job) {
    Map<String, Object> map =
        map(
            "store", job.root().toString(),
            "job", job.job(),
            "state", job.last().map(StatusJson::ending).orElse("empty"),
            "message", job.last().map(AttemptStatus::message).orElse(""),
            "now_epoch_ms", job.nowEpochMs());
    map.put("last_sign_epoch_ms", orNull(job.lastSignEpochMs()));
    map.put("phases", job.phases().stream().map(StatusJson::phase).toList());
    job.usable().ifPresent(version -> map.put("last_version", version(version)));
    map.put("work_interval_s", orNull(job.intervalSeconds()));
    map.put("next_due_epoch_ms", orNull(job.nextDueEpochMs()));
    map.put("left_s", orNull(job.leftSeconds()));
    map.put("ledger", ledger(job));
    map.put("versions_kept", job.versions());
    map.put("size_bytes", job.sizeBytes());
    map.put("damaged", job.damaged());
    List<Object> attempts = new ArrayList<>();
    job.attempts().forEach(attempt -> attempts.add(attempt(attempt)));
    map.put("attempts", attempts);
    return map;
  }

  private static Object orNull(OptionalLong value) {
    return value.isPresent() ? (Object) value.getAsLong() : Double.valueOf(Double.NaN);
  }

  private static Object orNull(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }

  private static String ending(AttemptStatus attempt) {
    return attempt.ending().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> phase(Phase phase) {
    return map(
        "name", phase.name(),
        "done", phase.done(),
        "total", orNull(phase.total() < 0 ? OptionalLong.empty() : OptionalLong.of(phase.total())),
        "finished", phase.finished());
  }

  private static Map<String, Object> version(VersionRecord version) {
    VersionInfo info = version.info();
    return map(
        "number", version.number(),
        "step", info.state().step(),
        "captured_epoch_ms", info.state().capturedEpochMs(),
        "level", info.level().name(),
        "kind", info.family().full() ? "full" : "delta",
        "file_bytes", version.fileBytes(),
        "state_bytes", info.stateBytes());
  }

  private static Map<String, Object> ledger(JobStatus job) {
    Ledger ledger = job.ledger();
    return map(
        "makespan_s", ledger.makespanNs() * NS,
        "useful_s", ledger.usefulNs() * NS,
        "rework_s", ledger.reworkNs() * NS,
        "checkpoint_s", ledger.checkpointNs() * NS,
        "restart_s", ledger.restartNs() * NS,
        "down_s", ledger.downtimeNs() * NS,
        "suspended_s", ledger.suspendedNs() * NS,
        "waste", ledger.waste(),
        "expected_waste", orNull(job.expectedWaste()),
        "attempts", ledger.attempts(),
        "failures", ledger.failures(),
        "versions", job.made());
  }

  private static Map<String, Object> attempt(AttemptStatus attempt) {
    Spent spent = attempt.spent();
    Holder holder = attempt.holder();
    return map(
        "number", attempt.ordinal(),
        "record", attempt.record(),
        "state", ending(attempt),
        "message", attempt.message(),
        "begun_epoch_ms", attempt.begunEpochMs(),
        "ended_epoch_ms", orNull(attempt.endedEpochMs()),
        "waited_before_s", attempt.before().seconds(),
        "queued_before", attempt.before().queued(),
        "host", holder.host(),
        "pid", holder.pid(),
        "user", holder.user(),
        "scheduler", holder.scheduler(),
        "scheduler_job", holder.jobId(),
        "scheduler_restarts", holder.restartCount(),
        "first_step", orNull(attempt.firstStep()),
        "last_step", orNull(attempt.lastStep()),
        "versions", attempt.versions(),
        "useful_s", spent.usefulSeconds(),
        "rework_s", spent.reworkSeconds(),
        "checkpoint_s", spent.checkpointSeconds(),
        "restart_s", spent.restartSeconds(),
        "suspended_s", spent.suspendedSeconds());
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
