// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.JobState;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.io.SystemFacts;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a session tells people, in lines. */
final class SessionReport {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("EEE HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
  private static final double NS = 1e-9;

  private SessionReport() {}

  static String opened(String job, StoreWriter store) {
    String level =
        store.level() == Level.PROCESS
            ? "; versions survive the end of the process, not of the node"
            : "";
    return String.format(
        Locale.ROOT,
        "job %s attempt %d on %s; store %s%s",
        job,
        store.startLedger().attempts(),
        SystemFacts.hostName(),
        store.root(),
        level);
  }

  static String resuming(StoreWriter store, Restorer.Found found, Ledger now) {
    if (store.complete()) {
      return String.format(
          Locale.ROOT,
          "complete since version %d = step %,d; a loop that wants no more steps has none to do",
          found.number(),
          found.step());
    }
    return String.format(
        Locale.ROOT,
        "resuming version %d = step %,d, captured %s; %s of computing lost so far",
        found.number(),
        found.step(),
        MOMENT.format(Instant.ofEpochMilli(found.capturedEpochMs())),
        Durations.human(now.reworkNs() * NS));
  }

  static String fresh(String job) {
    return "no version yet: job " + job + " begins at step 0";
  }

  static String pace(JobState now, Settings settings, Pacer pacer) {
    long samples = pacer.costs().samples();
    return String.format(
        Locale.ROOT,
        "every %s of work (%s; MTTF %s, C %s %s)%s",
        Durations.human(pacer.workIntervalSeconds()),
        settings.policy().name(),
        mttf(now, settings),
        Durations.human(now.situation().costSeconds()),
        samples > 0 ? "from " + samples + " measured" : "assumed",
        now.allocation().ends()
            ? "; the allocation ends in " + Durations.human(now.allocation().leftSeconds())
            : "");
  }

  private static String mttf(JobState now, Settings settings) {
    double stated = now.situation().mttfSeconds();
    double planned = settings.policy().mttfSeconds(now);
    String basis = settings.mttf().given() ? "given" : "assumed, HOLDFAST_MTTF gives it";
    if (planned == stated || now.exposure().failures() == 0) {
      return Durations.human(stated) + " " + basis;
    }
    return String.format(
        Locale.ROOT,
        "%s from %d failures in %s; %s %s",
        Durations.human(planned),
        now.exposure().failures(),
        Durations.human(now.exposure().atRiskSeconds()),
        Durations.human(stated),
        basis);
  }

  static String blocking(ProtectedState state) {
    return String.format(
            Locale.ROOT,
            "a copy of the state (%s) does not fit into %s of memory beside it: the loop waits while a",
            Sizes.human(state.sizeBytes()),
            Sizes.human(state.memoryBytes()))
        + " version is written; to go on meanwhile, give the job more memory or raise HOLDFAST_MEMORY";
  }

  static String stopping(String why, long version, long ageMs) {
    return String.format(
        Locale.ROOT,
        "stopping after this step (%s); last version %d, %s ago",
        why,
        version,
        Durations.human(ageMs / 1e3));
  }

  static List<String> ended(
      EndCause cause, long step, Ledger ledger, Checkpointer checkpointer, boolean recorded) {
    Metrics metrics = checkpointer.metrics();
    List<String> lines = new ArrayList<>();
    String how =
        switch (cause) {
          case COMPLETE -> "complete at step %,d";
          case STOPPED -> "stopped at step %,d, durable; run again to go on";
          case FAILED -> "ended at step %,d without being complete";
        };
    lines.add(String.format(Locale.ROOT, how, step));
    lines.add(ledgerLine(ledger) + predicted(ledger, checkpointer.pacer()));
    lines.add(blockedLine(metrics));
    if (metrics.failedVersions() > 0) {
      lines.add(metrics.failedVersions() + " versions of this attempt could not be written");
    }
    if (!recorded) {
      lines.add("the end could not be recorded; the next attempt finds out by itself");
    }
    return lines;
  }

  private static String ledgerLine(Ledger ledger) {
    return String.format(
        Locale.ROOT,
        "%s = useful %s + rework %s + checkpoints %s + restart %s + down %s; waste %.1f %%",
        Durations.human(ledger.makespanNs() * NS),
        Durations.human(ledger.usefulNs() * NS),
        Durations.human(ledger.reworkNs() * NS),
        Durations.human(ledger.checkpointNs() * NS),
        Durations.human(ledger.restartNs() * NS),
        Durations.human(ledger.downtimeNs() * NS),
        ledger.waste() * 100);
  }

  private static String blockedLine(Metrics metrics) {
    var blocked = metrics.blockedNs();
    return String.format(
        Locale.ROOT,
        "%,d checkpoint%s in all; loop blocked %s median, %s p99",
        blocked.getTotalCount(),
        blocked.getTotalCount() == 1 ? "" : "s",
        Durations.human(blocked.getValueAtPercentile(50) * NS),
        Durations.human(blocked.getValueAtPercentile(99) * NS));
  }

  /** What the model expects of a job of this length with the measured costs. */
  private static String predicted(Ledger ledger, Pacer pacer) {
    double useful = ledger.usefulNs() * NS;
    double interval = pacer.workIntervalSeconds();
    if (!(useful > 0 && interval > 0)) {
      return "";
    }
    double firstStart = ledger.restartNs() * NS / Math.max(1, ledger.attempts());
    double expected =
        firstStart + SegmentModel.makespanSeconds(useful, interval, pacer.expectedSituation());
    return String.format(
        Locale.ROOT, " (the model expects %.1f %%)", 100 * (1 - useful / expected));
  }
}
