// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.Metrics;
import dev.holdfast.policy.WalltimePlan;
import dev.holdfast.storage.KeyException;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.RecordHead;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.Holder;
import dev.holdfast.storage.format.RecordType;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a store's log tells of a job, read from outside. A look reads only the heads of the records;
 * a store that is not there yet, or cannot be read at this moment, shows nothing.
 */
final class StoreView {

  private final Path path;
  private final Keys keys;
  private List<RecordHead> heads = List.of();
  private long measuredOf;
  private double reserveSeconds;

  /**
   * @param keys the key with which it is read
   */
  StoreView(Path path, Keys keys) {
    this.path = path.toAbsolutePath().normalize();
    this.keys = keys;
  }

  Path path() {
    return path;
  }

  /**
   * Reads the log again.
   *
   * @throws KeyException when the store needs another key: nothing would ever be seen of it
   */
  void look() {
    open().ifPresent(this::look);
  }

  private void look(Store store) {
    try {
      heads = store.heads(0);
    } catch (StoreException e) {
      // What was seen last stays; the holder of the store tells its own troubles.
    }
  }

  private Optional<Store> open() {
    try {
      return Optional.of(Store.open(path, Disk.local(), keys));
    } catch (KeyException e) {
      throw e;
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  private OptionalLong newest(RecordType type) {
    return heads.stream().filter(head -> head.type() == type).mapToLong(RecordHead::number).max();
  }

  /** The number of the newest version, 0 for none. */
  long newestVersion() {
    return newest(RecordType.VERSION).orElse(0);
  }

  /** The number of the newest attempt, 0 for none. */
  long newestAttempt() {
    return newest(RecordType.OPEN).orElse(0);
  }

  /** When the newest attempt began, 0 for none. */
  long newestAttemptEpochMs() {
    long attempt = newestAttempt();
    return heads.stream()
        .filter(head -> head.number() == attempt)
        .mapToLong(RecordHead::createdEpochMs)
        .findFirst()
        .orElse(0);
  }

  /** Attempts that have begun since the newest version was made. */
  long attemptsWithoutVersion() {
    long newest = newestVersion();
    long writer =
        heads.stream()
            .filter(head -> head.number() == newest)
            .mapToLong(RecordHead::attempt)
            .findFirst()
            .orElse(0);
    return heads.stream()
        .filter(head -> head.type() == RecordType.OPEN && head.number() > Math.max(newest, writer))
        .count();
  }

  /** Who holds the store; empty when the last holder has said that it ended. */
  Optional<Holder> holder() {
    long attempt = newestAttempt();
    boolean ended =
        heads.stream().anyMatch(h -> h.type() == RecordType.END && h.attempt() == attempt);
    return attempt == 0 || ended
        ? Optional.empty()
        : record(attempt)
            .filter(Attempt.class::isInstance)
            .map(Attempt.class::cast)
            .map(open -> open.opened().holder());
  }

  /** How the newest attempt ended, where it has said so. */
  Optional<Ended> end() {
    long attempt = newestAttempt();
    return heads.stream()
        .filter(head -> head.type() == RecordType.END && head.attempt() == attempt)
        .findFirst()
        .flatMap(head -> record(head.number()))
        .filter(EndRecord.class::isInstance)
        .map(EndRecord.class::cast)
        .map(EndRecord::ended);
  }

  /** Whether the job has said that every step is done. */
  boolean complete() {
    return end().filter(ended -> ended.cause() == EndCause.COMPLETE).isPresent();
  }

  private Optional<StoreRecord> record(long number) {
    try {
      return open().flatMap(store -> store.record(number));
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  /**
   * What the last checkpoint may take until it is durable, in seconds, from what the newest version
   * says of all before it; 0 when nothing is measured.
   */
  double reserveSeconds() {
    long newest = newestVersion();
    if (newest != measuredOf) {
      measuredOf = newest;
      record(newest)
          .filter(VersionRecord.class::isInstance)
          .map(VersionRecord.class::cast)
          .ifPresent(version -> reserveSeconds = reserveSeconds(version.info()));
    }
    return reserveSeconds;
  }

  private static double reserveSeconds(VersionInfo info) {
    Metrics metrics = Metrics.of(info.measured());
    return WalltimePlan.reserveSeconds(metrics.slowSeconds(), metrics.samples());
  }
}
