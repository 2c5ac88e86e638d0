// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which versions stay. Kept are the newest {@code keep}, the newest of the family before the newest
 * one's (so that two restorable versions share no file), those that are pinned, and whatever any of
 * these refers to, directly or not: every VERSION record in the log is restorable at any time.
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
   * @param fileBytes the length of its file
   * @param refs the records it needs besides itself
   */
  record Kept(long number, long family, boolean full, long fileBytes, Set<Long> refs) {
    static Kept of(long number, VersionInfo info, long fileBytes) {
      Set<Long> refs = new TreeSet<>();
      for (FileRef ref : info.refs()) {
        refs.add(ref.number());
      }
      return new Kept(number, info.family().number(), info.family().full(), fileBytes, refs);
    }
  }

  private Retention() {}

  /**
   * The versions that may be deleted, oldest first.
   *
   * @param versions all that are in the log
   * @param damaged those found damaged
   * @param pinned those a person wants to stay
   * @param keep how many of the newest stay
   * @param spare whether the newest of the previous family stays too
   */
  static Set<Long> victims(
      Collection<Kept> versions, Set<Long> damaged, Set<Long> pinned, int keep, boolean spare) {
    NavigableMap<Long, Kept> sound = new TreeMap<>();
    NavigableMap<Long, Kept> all = new TreeMap<>();
    for (Kept version : versions) {
      all.put(version.number(), version);
      if (!damaged.contains(version.number())) {
        sound.put(version.number(), version);
      }
    }
    Set<Long> victims = new TreeSet<>();
    if (sound.isEmpty()) {
      return victims;
    }
    Set<Long> stays = roots(sound, pinned, keep, spare);
    closeOverReferences(stays, all);
    long newest = sound.lastKey();
    for (Long number : all.keySet()) {
      if (!stays.contains(number) && number < newest) {
        victims.add(number);
      }
    }
    return victims;
  }

  private static Set<Long> roots(
      NavigableMap<Long, Kept> sound, Set<Long> pinned, int keep, boolean spare) {
    Set<Long> roots = new TreeSet<>(pinned);
    sound.descendingKeySet().stream().limit(keep).forEach(roots::add);
    if (spare) {
      long family = sound.lastEntry().getValue().family();
      sound.descendingMap().values().stream()
          .filter(version -> version.family() != family)
          .findFirst()
          .ifPresent(version -> roots.add(version.number()));
    }
    return roots;
  }

  private static void closeOverReferences(Set<Long> stays, NavigableMap<Long, Kept> all) {
    Deque<Long> open = new ArrayDeque<>(stays);
    while (!open.isEmpty()) {
      Kept version = all.get(open.remove());
      if (version != null) {
        for (Long ref : version.refs()) {
          if (stays.add(ref)) {
            open.add(ref);
          }
        }
      }
    }
  }
}
