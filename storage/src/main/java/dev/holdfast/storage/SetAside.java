// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.Survey.Known;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which records that are beyond repair may leave the log. While a record cannot be read nothing is
 * deleted, since it may refer to anything, and a version that does not restore may pass for the
 * spare one. Yet a job may be running, and its next version refers to what its newest one refers
 * to. So the newest version must be sound, and a record may go only if it is older than that, if no
 * version that stays needs it, if nobody has pinned it, and if it is not the newest attempt's OPEN.
 */
final class SetAside {
  private final VerifyReport report;
  private final Survey survey;
  private final Log log;
  private final Set<Long> pinned;
  private final Set<Long> rebuilt;
  private final Set<Long> restores;
  private final Map<Long, String> chosen = new TreeMap<>();
  private final Map<Long, String> against = new TreeMap<>();

  /**
   * @param rebuilt records that will have been rebuilt, though the report has found them damaged
   * @param whole those of them that will be as they were written
   */
  SetAside(
      VerifyReport report,
      Survey survey,
      Log log,
      Set<Long> pinned,
      Set<Long> rebuilt,
      Set<Long> whole) {
    this.report = report;
    this.restores = restores(report, whole);
    this.rebuilt = rebuilt;
    this.survey = survey;
    this.log = log;
    this.pinned = pinned;
    choose();
  }

  /** The versions that restore, once some records are whole again. */
  private static Set<Long> restores(VerifyReport report, Set<Long> whole) {
    Set<Long> restores = new TreeSet<>();
    Set<Long> hindered = new TreeSet<>();
    for (Finding finding : report.findings()) {
      Set<Long> concerned = new TreeSet<>(finding.versions());
      concerned.add(finding.number());
      (whole.contains(finding.number()) ? restores : hindered).addAll(concerned);
    }
    restores.removeAll(hindered);
    restores.addAll(report.usable());
    return restores;
  }

  /** The records that may go, and why. */
  Map<Long, String> chosen() {
    return chosen;
  }

  /** The damaged records that stay, and why. */
  Map<Long, String> reasonsAgainst() {
    return against;
  }

  private void choose() {
    Set<Long> candidates = new TreeSet<>();
    for (Finding finding : report.findings()) {
      if (finding.number() == 0) {
        continue; // an output file is no reason to take a version away that may be wanted yet
      }
      candidates.add(finding.number());
      candidates.addAll(finding.versions());
    }
    candidates.retainAll(log.numbers());
    candidates.removeAll(report.usable());
    candidates.removeAll(rebuilt);
    Set<Long> going = new TreeSet<>();
    for (long number : candidates) {
      String reason = reasonAgainst(number);
      if (reason.isEmpty()) {
        going.add(number);
      } else {
        against.put(number, reason);
      }
    }
    for (boolean changed = true; changed; ) {
      changed = keepWhatIsNeeded(going);
    }
    for (long number : going) {
      chosen.put(number, "no version that restores needs it");
    }
  }

  private String reasonAgainst(long number) {
    long newest = newestVersion();
    if (!restores.contains(newest)) {
      return restores.isEmpty()
          ? "no version restores"
          : "the newest version does not restore; run the job until it has made another";
    }
    if (number > newest) {
      return "no version is newer";
    }
    if (pinned.contains(number)) {
      return "it is pinned";
    }
    boolean mayOpenNewest =
        !isVersion(number) && survey.attempts().stream().allMatch(attempt -> attempt <= number);
    return mayOpenNewest ? "it may tell who holds the store" : "";
  }

  private boolean isVersion(long number) {
    return survey.record(number).filter(known -> known.version().isPresent()).isPresent();
  }

  /** The newest record that is a version, or may be one. */
  private long newestVersion() {
    for (long number : log.numbers().descendingSet()) {
      boolean other =
          survey
              .record(number)
              .filter(known -> known.header().type() != RecordType.VERSION)
              .isPresent();
      if (!other) {
        return number;
      }
    }
    return 0;
  }

  /** Takes back what a version needs that stays; returns whether there was such. */
  private boolean keepWhatIsNeeded(Set<Long> going) {
    for (Known known : survey.records()) {
      if (going.contains(known.number()) || known.version().isEmpty()) {
        continue;
      }
      for (FileRef ref : known.version().get().refs()) {
        if (going.remove(ref.number())) {
          against.put(ref.number(), "version " + known.number() + " needs it");
          return true;
        }
      }
    }
    return false;
  }
}
