// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.Ledger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How long the next version will be, and how long the disk will last: arithmetic on what was seen.
 *
 * <p>A version's length is foreseen from the bytes it has to store and from how much shorter recent
 * versions of its kind became. The disk loses room to others, which is what free bytes and own
 * bytes lose together, and to the store, which is compared from full version to full version,
 * because in between it grows and shrinks with every family.
 */
public final class SpaceForecast {
  private static final int REMEMBERED = 16;

  /** A rate that is seen for a shorter time is noise. */
  private static final double RATE_SECONDS_MIN = 600;

  /** No version is given up for a guess that is wrong by less than this factor. */
  private static final double DOUBT = 2;

  private final Deque<Made> fulls = new ArrayDeque<>();
  private final Deque<Made> deltas = new ArrayDeque<>();
  private final Deque<Look> looks = new ArrayDeque<>();

  /** What a version had to store, and how long its file became. */
  private record Made(long rawBytes, long fileBytes) {
    double share() {
      return fileBytes / (double) Math.max(1, rawBytes);
    }
  }

  /** The disk at a moment. */
  private record Look(double atSeconds, long usableBytes, long ownBytes, boolean full) {}

  SpaceForecast() {}

  /** A version was made. */
  void made(boolean full, long rawBytes, long fileBytes) {
    remember(full ? fulls : deltas, new Made(rawBytes, fileBytes));
  }

  /** The disk was looked at, after a version was made and what could go was deleted. */
  void looked(long nanoTime, long usableBytes, long ownBytes, boolean full) {
    remember(looks, new Look(nanoTime * 1e-9, usableBytes, ownBytes, full));
  }

  private static <T> void remember(Deque<T> all, T one) {
    all.addLast(one);
    if (all.size() > REMEMBERED) {
      all.removeFirst();
    }
  }

  /** How long a version will be that has to store so many bytes; empty before the first. */
  OptionalLong likelyBytes(boolean full, long rawBytes) {
    Deque<Made> known = known(full);
    long raw = known.stream().mapToLong(Made::rawBytes).sum();
    long file = known.stream().mapToLong(Made::fileBytes).sum();
    return known.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round(rawBytes * (file / (double) Math.max(1, raw))));
  }

  /** What it will certainly need: half of the least that is plausible. Empty before the first. */
  OptionalLong leastBytes(boolean full, long rawBytes) {
    OptionalDouble best = known(full).stream().mapToDouble(Made::share).min();
    return best.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of((long) (rawBytes * best.getAsDouble() / DOUBT));
  }

  /** Before the first delta the full ones are all there is to go by. */
  private Deque<Made> known(boolean full) {
    return full || deltas.isEmpty() ? fulls : deltas;
  }

  /**
   * When less than this will be free, if all goes on as now; empty when it does not become less, or
   * has not been watched for long enough.
   */
  OptionalDouble secondsUntilBelow(long bytes) {
    Look last = looks.peekLast();
    if (last == null) {
      return OptionalDouble.empty();
    }
    double rate = Math.max(0, othersBytesPerSecond()) + Math.max(0, ownBytesPerSecond());
    return rate == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, last.usableBytes() - bytes) / rate);
  }

  private double othersBytesPerSecond() {
    Look first = looks.getFirst();
    Look last = looks.getLast();
    double seconds = last.atSeconds() - first.atSeconds();
    double lost = first.usableBytes() + (double) first.ownBytes();
    lost -= last.usableBytes() + (double) last.ownBytes();
    return seconds < RATE_SECONDS_MIN ? 0 : lost / seconds;
  }

  private double ownBytesPerSecond() {
    List<Look> after = looks.stream().filter(Look::full).toList();
    if (after.isEmpty()) {
      return 0;
    }
    double seconds = after.getLast().atSeconds() - after.getFirst().atSeconds();
    double grown = after.getLast().ownBytes() - (double) after.getFirst().ownBytes();
    return seconds < RATE_SECONDS_MIN ? 0 : grown / seconds;
  }

  /** The time from one version to the next; empty before the second. */
  OptionalDouble secondsPerVersion() {
    return looks.size() < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (looks.getLast().atSeconds() - looks.getFirst().atSeconds()) / (looks.size() - 1));
  }

  /**
   * What the records of a store tell of its versions.
   *
   * @param fullBytes how long the next full version will be
   * @param meanBytes the mean length of recent versions
   * @param secondsPerVersion the time from one to the next, time without a run included
   */
  public record Trend(long fullBytes, double meanBytes, double secondsPerVersion) {
    /** How many versions fit, if none was deleted. */
    public long versions(long bytes) {
      return (long) (bytes / meanBytes);
    }

    /** How long so many bytes last, if nothing was deleted: they last longer. */
    public double seconds(long bytes) {
      return bytes / meanBytes * secondsPerVersion;
    }
  }

  /** The trend of a store; empty while it has less than two versions or no full one. */
  public static Optional<Trend> trend(List<StoreRecord> records) {
    List<VersionRecord> versions =
        records.stream()
            .filter(VersionRecord.class::isInstance)
            .map(VersionRecord.class::cast)
            .toList();
    SpaceForecast forecast = new SpaceForecast();
    for (VersionRecord version : versions) {
      if (version.info().family().full()) {
        forecast.made(true, version.info().stateBytes(), version.fileBytes());
      }
    }
    if (versions.size() < 2 || forecast.fulls.isEmpty()) {
      return Optional.empty();
    }
    // Ledgers count the deleted ones too.
    VersionRecord last = versions.getLast();
    Ledger from = versions.getFirst().info().ledger();
    Ledger to = last.info().ledger();
    long made = Math.max(1, to.versions() - from.versions());
    double seconds =
        Math.max(0, last.createdEpochMs() - versions.getFirst().createdEpochMs()) * 1e-3;
    double mean = Math.max(1, (to.storedBytes() - from.storedBytes()) / (double) made);
    long full = forecast.likelyBytes(true, last.info().stateBytes()).orElseThrow();
    return Optional.of(new Trend(full, mean, seconds / made));
  }
}
