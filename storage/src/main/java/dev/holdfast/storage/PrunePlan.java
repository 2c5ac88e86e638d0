// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Retention.Kept;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a prune deletes, and why it leaves the rest.
 *
 * @param rules what was asked for
 * @param goes the versions to be deleted, oldest first
 * @param stays the others, oldest first
 * @param overBudget whether what must stay is longer than the rules allow
 * @param damaged the versions that were found damaged; where there is one, none goes
 */
public record PrunePlan(
    KeepRules rules,
    List<Version> goes,
    List<Version> stays,
    boolean overBudget,
    List<Rejection> damaged) {
  public PrunePlan {
    goes = List.copyOf(goes);
    stays = List.copyOf(stays);
    damaged = List.copyOf(damaged);
  }

  /**
   * A version.
   *
   * @param reason why it stays, or {@link Reason.Why#NOTHING}
   */
  public record Version(
      long number, boolean full, long capturedEpochMs, long fileBytes, Reason reason) {}

  /**
   * Why a version stays.
   *
   * @param by the version that needs it, 0 where that is not the reason
   */
  public record Reason(Why why, long by) {
    /** Reasons, the strongest first. */
    public enum Why {
      /** The newest that verifies. */
      NEWEST,
      /** It shares no file with the newest. */
      SPARE,
      /** Somebody has pinned it. */
      PINNED,
      /** The run that holds the store may build on it. */
      WRITER,
      /** It is one of the last so many. */
      LAST,
      /** It is the newest of its slot of time. */
      SPREAD,
      /** Another version that stays refers to it. */
      NEEDED,
      /** It, or one of its output files, is damaged. */
      DAMAGED,
      /** It would go, were it not for the damage of another one. */
      WAITING,
      /** It goes. */
      NOTHING
    }
  }

  static PrunePlan of(
      KeepRules rules, Collection<Kept> versions, Retention.Plan plan, List<Rejection> damaged) {
    NavigableMap<Long, Version> goes = new TreeMap<>();
    NavigableMap<Long, Version> stays = new TreeMap<>();
    Reason nothing = new Reason(Reason.Why.NOTHING, 0);
    for (Kept kept : versions) {
      Reason reason = plan.stays().getOrDefault(kept.number(), nothing);
      Version version =
          new Version(kept.number(), kept.full(), kept.capturedEpochMs(), kept.fileBytes(), reason);
      (plan.victims().contains(kept.number()) ? goes : stays).put(kept.number(), version);
    }
    return new PrunePlan(
        rules,
        new ArrayList<>(goes.values()),
        new ArrayList<>(stays.values()),
        plan.overBudget(),
        damaged);
  }

  /** What it frees, in bytes. */
  public long freedBytes() {
    return sum(goes);
  }

  /** What it leaves, in bytes. */
  public long stayBytes() {
    return sum(stays);
  }

  private static long sum(List<Version> versions) {
    return versions.stream().mapToLong(Version::fileBytes).sum();
  }
}
