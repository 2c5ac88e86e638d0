// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.JobState;
import dev.holdfast.storage.SizeText;
import dev.holdfast.storage.StoreWriter;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.Level;
import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
    if (store.complete() && store.rejections().isEmpty()) {
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

  /** What was done before a program starts that writes its own restart files. */
  static List<String> restoredFiles(
      String job, StoreWriter store, Restorer.Found found, Restored restored, Ledger now) {
    if (found.number() == 0) {
      String left =
          store.startLedger().attempts() == 1
              ? ""
              : "; one that the attempt before was writing when it ended may not be whole";
      return List.of("no version yet: job " + job + " begins with the files that are there" + left);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s version %d, written %s; %s; %s of computing lost so far",
            store.complete() ? "complete since" : "resuming",
            found.number(),
            MOMENT.format(Instant.ofEpochMilli(found.capturedEpochMs())),
            restored.put().isEmpty()
                ? "its restart files are all there"
                : restored.put().size()
                    + (restored.put().size() == 1 ? " file" : " files")
                    + " put back, "
                    + SizeText.of(restored.bytes()),
            Durations.human(now.reworkNs() * NS)));
    if (!restored.movedAside().isEmpty()) {
      lines.add(
          "moved aside, because version "
              + found.number()
              + " does not hold them so: "
              + some(restored.movedAside()));
    }
    return lines;
  }

  private static String some(List<Path> paths) {
    int more = paths.size() - 1;
    return paths.getFirst() + (more == 0 ? "" : " and " + more + " more");
  }

  /** What is told at the end of such a program. */
  static List<String> endedFiles(
      EndCause cause,
      Committer.@Nullable Durable newest,
      long firstVersion,
      Ledger ledger,
      Committer committer,
      boolean recorded) {
    String how =
        switch (cause) {
          case COMPLETE -> "complete";
          case STOPPED -> newest == null ? "stopped" : "stopped; run again to go on";
          case FAILED -> "ended without being complete";
        };
    String version =
        newest == null
            ? "no version was made"
            : "newest version "
                + newest.number()
                + (newest.number() == firstVersion ? ", from before this attempt" : "");
    return ended(how + "; " + version, ledger, committer, recorded);
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
            ? "; the allocation ends in "
                + Durations.human(now.allocation().leftSeconds())
                + (settings.endToldByScheduler() ? ", as the scheduler says" : "")
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
            "a copy of the state (%s) does not fit into %s of memory beside it: the loop waits"
                + " while a",
            SizeText.of(state.sizeBytes()),
            SizeText.of(state.memoryBytes()))
        + " version is written; to go on meanwhile, give the job more memory or raise"
        + " HOLDFAST_MEMORY";
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
      EndCause cause, long step, Ledger ledger, Committer committer, boolean recorded) {
    String how =
        switch (cause) {
          case COMPLETE -> "complete at step %,d";
          case STOPPED -> "stopped at step %,d, durable; run again to go on";
          case FAILED -> "ended at step %,d without being complete";
        };
    return ended(String.format(Locale.ROOT, how, step), ledger, committer, recorded);
  }

  /** What is told at the end of an attempt, after a line that says how it ended. */
  static List<String> ended(String how, Ledger ledger, Committer committer, boolean recorded) {
    Metrics metrics = committer.metrics();
    List<String> lines = new ArrayList<>();
    lines.add(how);
    Pacer pacer = committer.pacer();
    lines.add(
        LedgerText.line(ledger)
            + LedgerText.expected(
                LedgerText.expectedWaste(
                    ledger, pacer.workIntervalSeconds(), pacer.expectedSituation())));
    lines.add(blockedLine(metrics));
    if (metrics.firstWrites() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d first writes to tracked pages have cost the loop about %s",
              metrics.firstWrites(),
              Durations.human(metrics.firstWriteNs() * NS)));
    }
    if (metrics.failedVersions() > 0) {
      lines.add(metrics.failedVersions() + " versions of this attempt could not be written");
    }
    if (!recorded) {
      lines.add("the end could not be recorded; the next attempt finds out by itself");
    }
    return lines;
  }

  static String suspended(long ns) {
    return "stood still for "
        + Durations.human(ns * NS)
        + ", as when stopped by SIGSTOP: counted as suspended, neither as work nor as cost";
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
}
