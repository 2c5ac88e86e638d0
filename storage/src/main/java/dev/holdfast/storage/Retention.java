// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.KeepRules.Spread;
import dev.holdfast.storage.PrunePlan.Reason;
import dev.holdfast.storage.PrunePlan.Reason.Why;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which versions stay. What must: the newest, the newest of the family before the newest one's (so
 * that two restorable versions share no file), those that are pinned, and whatever any of these
 * refers to, directly or not: every VERSION record in the log is restorable at any time. What shall
 * beside that: what {@link KeepRules} say, newest first, as long as it fits the budget.
 *
 * <p>A version that was found damaged counts for none of these, but is deleted only when a sound
 * one newer than it exists.
 */
final class Retention {

  /**
   * What retention needs to know of a version.
   *
   * @param family the chain of deltas it belongs to
   * @param full whether it begins that chain
   * @param capturedEpochMs when the state was captured
   * @param stateBytes the length of the state
   * @param fileBytes the length of its file
   * @param refs the records it needs besides itself
   */
  record Kept(
      long number,
      long family,
      boolean full,
      long capturedEpochMs,
      long stateBytes,
      long fileBytes,
      Set<Long> refs) {
    static Kept of(long number, VersionInfo info, long fileBytes) {
      Set<Long> refs = new TreeSet<>();
      for (FileRef ref : info.refs()) {
        refs.add(ref.number());
      }
      return new Kept(
          number,
          info.family().number(),
          info.family().full(),
          info.state().capturedEpochMs(),
          info.stateBytes(),
          fileBytes,
          refs);
    }
  }

  /**
   * What is asked for.
   *
   * @param spare whether the newest of the previous family stays too
   * @param pinned those a person wants to stay
   * @param neededByWriter those that a writer which is at work may build on
   * @param nowEpochMs the present, by which old versions leave the window of a rule
   */
  record Wishes(
      KeepRules rules,
      boolean spare,
      Set<Long> pinned,
      Set<Long> neededByWriter,
      long nowEpochMs) {}

  /**
   * What follows.
   *
   * @param victims the versions that may be deleted, oldest first
   * @param stays the others, each with the first reason found
   * @param needed what the writer and the versions that stay refer to
   * @param countedOn the newest and the spare: what makes the victims dispensable
   * @param stayBytes the length of the files that stay
   * @param overBudget whether what must stay is longer than the rules allow
   */
  record Plan(
      Set<Long> victims,
      NavigableMap<Long, Reason> stays,
      Set<Long> needed,
      Set<Long> countedOn,
      long stayBytes,
      boolean overBudget) {
    /**
     * The same, but that nothing goes for now.
     *
     * @param damaged the versions that must be repaired first
     */
    Plan waiting(Set<Long> damaged) {
      NavigableMap<Long, Reason> all = new TreeMap<>(stays);
      for (long number : victims) {
        all.put(number, new Reason(damaged.contains(number) ? Why.DAMAGED : Why.WAITING, 0));
      }
      return new Plan(Set.of(), all, needed, countedOn, stayBytes, overBudget);
    }
  }

  private final NavigableMap<Long, Kept> all = new TreeMap<>();
  private final NavigableMap<Long, Kept> sound = new TreeMap<>();
  private final NavigableMap<Long, Reason> stays = new TreeMap<>();
  private final Set<Long> countedOn = new TreeSet<>();
  private long stayBytes;

  private Retention(Collection<Kept> versions, Set<Long> damaged) {
    for (Kept version : versions) {
      all.put(version.number(), version);
      if (!damaged.contains(version.number())) {
        sound.put(version.number(), version);
      }
    }
  }

  /**
   * Decides.
   *
   * @param versions all that are in the log
   * @param damaged those found damaged
   */
  static Plan plan(Collection<Kept> versions, Set<Long> damaged, Wishes wishes) {
    return new Retention(versions, damaged).plan(wishes);
  }

  private Plan plan(Wishes wishes) {
    boolean overBudget = false;
    if (!sound.isEmpty()) {
      keepWhatMust(wishes);
      long budget = wishes.rules().atMostBytes().orElse(Long.MAX_VALUE);
      overBudget = stayBytes > budget;
      keepWhatShall(wishes, budget);
    }
    Set<Long> victims = new TreeSet<>();
    Set<Long> needed = new TreeSet<>(wishes.neededByWriter());
    for (Kept version : all.values()) {
      long number = version.number();
      if (!stays.containsKey(number) && !sound.isEmpty() && number < sound.lastKey()) {
        victims.add(number);
        continue;
      }
      if (!stays.containsKey(number)) {
        stay(number, new Reason(Why.DAMAGED, 0));
      }
      needed.addAll(version.refs());
    }
    return new Plan(victims, stays, needed, countedOn, stayBytes, overBudget);
  }

  private void keepWhatMust(Wishes wishes) {
    Kept newest = sound.lastEntry().getValue();
    count(newest, Why.NEWEST);
    if (wishes.spare()) {
      sound.descendingMap().values().stream()
          .filter(version -> version.family() != newest.family())
          .findFirst()
          .ifPresent(version -> count(version, Why.SPARE));
    }
    wishes.pinned().forEach(number -> keep(number, Why.PINNED));
    wishes.neededByWriter().forEach(number -> keep(number, Why.WRITER));
  }

  private void count(Kept version, Why why) {
    countedOn.add(version.number());
    keep(version.number(), why);
  }

  /** Newest first: where one does not fit any more, all that are older go. */
  private void keepWhatShall(Wishes wishes, long budgetBytes) {
    for (Map.Entry<Long, Why> wanted : wanted(wishes).descendingMap().entrySet()) {
      long more = 0;
      for (long number : closure(wanted.getKey())) {
        more += stays.containsKey(number) ? 0 : fileBytes(number);
      }
      if (stayBytes + more > budgetBytes) {
        return;
      }
      keep(wanted.getKey(), wanted.getValue());
    }
  }

  private NavigableMap<Long, Why> wanted(Wishes wishes) {
    NavigableMap<Long, Why> wanted = new TreeMap<>();
    sound.descendingKeySet().stream()
        .limit(wishes.rules().last())
        .forEach(number -> wanted.put(number, Why.LAST));
    for (Spread spread : wishes.rules().spreads()) {
      Set<Long> taken = new HashSet<>();
      for (Kept version : sound.descendingMap().values()) {
        long captured = version.capturedEpochMs();
        if (spread.covers(captured, wishes.nowEpochMs()) && taken.add(spread.slotOf(captured))) {
          wanted.putIfAbsent(version.number(), Why.SPREAD);
        }
      }
    }
    return wanted;
  }

  private void keep(long number, Why why) {
    for (long needed : closure(number)) {
      stay(needed, needed == number ? new Reason(why, 0) : new Reason(Why.NEEDED, number));
    }
  }

  /** What is wanted for itself says so, even where another one needs it too. */
  private void stay(long number, Reason reason) {
    Reason before = stays.get(number);
    if (before == null) {
      stayBytes += fileBytes(number);
    }
    if (all.containsKey(number) && (before == null || before.why() == Why.NEEDED)) {
      stays.put(number, reason);
    }
  }

  private long fileBytes(long number) {
    Kept version = all.get(number);
    return version == null ? 0 : version.fileBytes();
  }

  /** A version and all it refers to, directly or not. */
  private Set<Long> closure(long root) {
    Set<Long> closure = new TreeSet<>(Set.of(root));
    Deque<Long> open = new ArrayDeque<>(closure);
    while (!open.isEmpty()) {
      Kept version = all.get(open.remove());
      if (version != null) {
        for (Long ref : version.refs()) {
          if (closure.add(ref)) {
            open.add(ref);
          }
        }
      }
    }
    return closure;
  }
}
