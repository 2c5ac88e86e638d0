// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.Retention.Kept;
import dev.holdfast.storage.Retention.Wishes;
import dev.holdfast.storage.format.RegionSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees for a writer that its versions find room: deletes what need not stay, warns while there is
 * still time, and gives a version up that certainly does not fit, before anything of it is written.
 *
 * <p>What a file system says of its free bytes knows of no quota, so it decides little: a version
 * is tried unless the forecast is wrong by a factor, and even then once in an hour.
 */
final class Housekeeping {
  private static final Duration ALERT_EVERY = Duration.ofHours(1);
  private static final double WARN_AHEAD_SECONDS = 12 * 3600;

  /** A version is pruned later where others keep at it. */
  private static final int ROUNDS_MAX = 3;

  private final StoreOptions options;
  private final StoreLayout layout;
  private final VersionList versions;
  private final Pruner pruner;
  private final SpaceForecast forecast = new SpaceForecast();

  /** The version that the next one is built on, 0 for none. */
  private long base;

  private @Nullable Long alertedNs;
  private @Nullable Long triedNs;
  private boolean toldUnreadable;
  private boolean toldOverBudget;

  Housekeeping(StoreOptions options, StoreDirectory directory, VersionList versions) {
    this.options = options;
    this.layout = directory.layout();
    this.versions = versions;
    this.pruner = new Pruner(options.disk(), layout, directory.directorySync());
  }

  /**
   * Learns of the versions in the log: their lengths say what to expect.
   *
   * @param log listed after this run had opened the store
   */
  void begin(Log log) throws IOException {
    versions.learn(log.numbers());
    try {
      areNamedAgain(pruner.withoutNames(log));
    } catch (IOException e) {
      options.tell().accept(StoreIoException.describe("renaming old versions in", layout.log(), e));
    }
    for (Kept version : versions.all()) {
      if (version.full()) {
        forecast.made(true, version.stateBytes(), version.fileBytes());
      }
    }
  }

  /** The next version is built on this one. */
  void buildsOn(long number) {
    base = number;
  }

  /**
   * Names again what a prune has taken that was interrupted, or is still at work, where this run
   * needs any of it: the version that it goes on from, those that are pinned, what those refer to
   * that have their names; and of what it does not know, what those refer to that it knows, since
   * whoever has taken them may give them back.
   *
   * @return whether it needed any
   */
  private boolean areNamedAgain(NavigableMap<Long, String> gone) throws IOException {
    Set<Long> needed = new HashSet<>(pruner.pinned());
    needed.add(base);
    Set<Long> neededByGone = new HashSet<>();
    for (Kept version : versions.all()) {
      boolean named = !gone.containsKey(version.number());
      (named ? needed : neededByGone).addAll(version.refs());
    }
    neededByGone.retainAll(versions.unknown(gone.keySet()));
    needed.addAll(neededByGone);
    if (Collections.disjoint(gone.keySet(), needed)) {
      return false;
    }
    pruner.nameAgain(gone);
    return true;
  }

  /**
   * Deletes what others have left that this run does not know, and so does not need: no listing has
   * shown it under its name, all of which were made after this run had opened the store. Whether
   * this one has shown all there is, a second one tells.
   *
   * @return whether the log is as it was listed, but for what was deleted
   */
  private boolean isSettled(Log log) throws IOException {
    if (!versions.unknown(log.numbers()).isEmpty()) {
      return false;
    }
    NavigableMap<Long, String> gone = pruner.withoutNames(log);
    if (gone.isEmpty() || versions.unreadable()) {
      return true;
    }
    if (areNamedAgain(gone)) {
      return false;
    }
    gone.keySet().retainAll(versions.unknown(gone.keySet()));
    if (gone.isEmpty()) {
      return true;
    }
    Log again = Log.list(options.disk(), layout);
    return again.gone().equals(log.gone())
        && again.numbers().equals(log.numbers())
        && pruner.delete(gone);
  }

  /**
   * Makes room for a version if it is foreseen to need it.
   *
   * @param base what it is built on; null for a full version
   * @param own the newest record of the writer
   * @return why it is given up: certainly it does not fit; or empty
   */
  Optional<String> refuse(Draft draft, @Nullable Base base, long own) {
    long raw = rawBytes(draft, base);
    OptionalLong likely = forecast.likelyBytes(base == null, raw);
    OptionalLong usable = usableBytes();
    if (likely.isEmpty() || usable.isEmpty() || likely.getAsLong() <= usable.getAsLong()) {
      return Optional.empty();
    }
    alert(
        "the next version needs about "
            + SizeText.of(likely.getAsLong())
            + " and "
            + SizeText.of(usable.getAsLong())
            + " are free: deleting what retention can spare");
    prune(KeepRules.last(1), own);
    usable = usableBytes();
    long least = forecast.leastBytes(base == null, raw).orElse(0);
    if (usable.isEmpty() || least <= usable.getAsLong() || isTimeToTry()) {
      return Optional.empty();
    }
    return Optional.of(
        "it was not begun, because it needs "
            + SizeText.of(least)
            + " at the very least and "
            + SizeText.of(usable.getAsLong())
            + " are free; free space there");
  }

  private boolean isTimeToTry() {
    if (isPast(triedNs)) {
      triedNs = options.time().nanoTime();
      return true;
    }
    return false;
  }

  /** The raw bytes of the blocks that will be stored; see {@link VersionFile#write}. */
  private static long rawBytes(Draft draft, @Nullable Base base) {
    long bytes = 0;
    for (RegionSource source : draft.regions()) {
      RegionSchema schema = source.schema();
      int like = base == null ? -1 : base.regionLike(schema);
      if (base == null || like < 0) {
        bytes += schema.sizeBytes();
        continue;
      }
      for (int block = 0; block < schema.blockCount(); block++) {
        boolean stored = base.entry(like, schema, block) < 0 || source.changed(block);
        bytes += stored ? schema.blockLengthBytes(block) : 0;
      }
    }
    return bytes;
  }

  /** A version was made: deletes what need not stay any more, and looks ahead. */
  void committed(CommitResult.Committed made, long stateBytes) {
    try {
      tidy(made, stateBytes);
    } catch (OutOfMemoryError e) {
      options.tell().accept("not enough memory to delete old versions: " + e.getMessage());
    }
  }

  private void tidy(CommitResult.Committed made, long stateBytes) {
    forecast.made(made.full(), made.changedBytes(), made.storedBytes());
    prune(options.keep(), made.number());
    OptionalLong usable = usableBytes();
    if (usable.isEmpty()) {
      return;
    }
    long ownBytes = versions.all().stream().mapToLong(Kept::fileBytes).sum();
    forecast.looked(options.time().nanoTime(), usable.getAsLong(), ownBytes, made.full());
    lookAhead(usable.getAsLong(), forecast.likelyBytes(true, stateBytes).orElse(0));
  }

  /** The fullest moment is while a full version is written: the old ones are still there. */
  private void lookAhead(long usableBytes, long fullBytes) {
    if (usableBytes < fullBytes) {
      alert(
          "the next full version needs about "
              + SizeText.of(fullBytes)
              + " and "
              + SizeText.of(usableBytes)
              + " are free; free space there");
      return;
    }
    OptionalDouble until = forecast.secondsUntilBelow(fullBytes);
    if (until.isPresent() && until.getAsDouble() < WARN_AHEAD_SECONDS) {
      double each = forecast.secondsPerVersion().orElse(Double.POSITIVE_INFINITY);
      alert(
          String.format(
              Locale.ROOT,
              "at the present rate there will be no room for a full version (about %s) in %.1f h,"
                  + " some %d versions from now: %s are free; free space there",
              SizeText.of(fullBytes),
              until.getAsDouble() / 3600,
              (long) (until.getAsDouble() / each),
              SizeText.of(usableBytes)));
    }
  }

  private void alert(String what) {
    if (isPast(alertedNs)) {
      alertedNs = options.time().nanoTime();
      options.tell().accept("disk of " + layout.root() + ": " + what);
    }
  }

  private boolean isPast(@Nullable Long sinceNs) {
    return sinceNs == null || options.time().nanoTime() - sinceNs >= ALERT_EVERY.toNanos();
  }

  private OptionalLong usableBytes() {
    try {
      return OptionalLong.of(options.disk().usableBytes(layout.log()));
    } catch (IOException e) {
      return OptionalLong.empty(); // the commit will tell
    }
  }

  /** No space was left for a version that was being written. */
  void makeRoom(long own) {
    options.tell().accept("no space left for a version: deleting what retention can spare");
    prune(KeepRules.last(1), own);
  }

  private void prune(KeepRules rules, long own) {
    try {
      for (int round = 0; round < ROUNDS_MAX; round++) {
        Log log = Log.list(options.disk(), layout);
        if (log.highest() != own) {
          return; // another run that has opened the store may need what this one could spare
        }
        versions.retain(log);
        versions.learn(log.numbers()); // another one's prune may have named some again
        if (isSettled(log) && isPruned(log, rules, own)) {
          return;
        }
      }
    } catch (IOException e) {
      options.tell().accept(StoreIoException.describe("deleting old versions in", layout.log(), e));
    }
  }

  /** False where one that it counts on had no name: it has it again. */
  private boolean isPruned(Log log, KeepRules rules, long own) throws IOException {
    if (versions.unreadable()) {
      tellUnreadable();
      return true;
    }
    Set<Long> pinned = pruner.pinned();
    Wishes wishes =
        new Wishes(rules, options.spare(), pinned, Set.of(base), options.time().epochMs());
    Retention.Plan plan = Retention.plan(versions.all(), versions.damaged(), wishes);
    NavigableMap<Long, String> gone = log.gone();
    if (!Collections.disjoint(plan.countedOn(), gone.keySet())) {
      pruner.nameAgain(gone);
      return false;
    }
    tellOverBudget(plan);
    if (pruner.prune(plan.victims(), pinned, now -> stands(plan, now, own))) {
      versions.remove(plan.victims());
    }
    return true;
  }

  /** Whether what the plan counts on is in the log, and nothing that this run does not know. */
  private boolean stands(Retention.Plan plan, Log now, long own) {
    return now.highest() == own
        && now.numbers().containsAll(plan.countedOn())
        && versions.unknown(now.numbers()).isEmpty()
        && versions.unknown(now.gone().keySet()).isEmpty();
  }

  private void tellUnreadable() {
    if (!toldUnreadable) {
      toldUnreadable = true;
      options
          .tell()
          .accept(
              "a record in "
                  + layout.log()
                  + " cannot be read, so no version is deleted, since it may refer to any; look"
                  + " with: holdfast verify");
    }
  }

  private void tellOverBudget(Retention.Plan plan) {
    if (plan.overBudget() && !toldOverBudget) {
      toldOverBudget = true;
      options
          .tell()
          .accept(
              "the versions that must stay are "
                  + SizeText.of(plan.stayBytes())
                  + " long, more than the rule to keep ("
                  + options.keep()
                  + ") allows; they stay");
    }
  }
}
