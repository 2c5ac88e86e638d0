// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.Check.ok;
import static dev.holdfast.cli.doctor.Check.problem;
import static dev.holdfast.cli.doctor.Check.warning;

import dev.holdfast.policy.Durations;
import dev.holdfast.storage.SizeText;
import dev.holdfast.storage.SpaceForecast;
import dev.holdfast.storage.SpaceForecast.Trend;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How much room a store takes, in bytes and names, and how long the disk lasts at its rate. */
final class RoomDoctor {
  private static final double DAY_SECONDS = 86_400;

  private final Surroundings where;
  private final Path root;
  private final List<Check> checks = new ArrayList<>();

  private RoomDoctor(Surroundings where, Path root) {
    this.where = where;
    this.root = root;
  }

  static List<Check> of(Surroundings where, Store store, List<StoreRecord> records) {
    RoomDoctor doctor = new RoomDoctor(where, store.root());
    doctor.room(SpaceForecast.trend(records));
    doctor.names(records.stream().filter(VersionRecord.class::isInstance).count());
    doctor.directorySync();
    return doctor.checks;
  }

  /** While a full version is written, everything that is older is still there. */
  private void room(Optional<Trend> trend) {
    if (trend.isEmpty()) {
      checks.add(ok("room", "not known before the second version", "log"));
      return;
    }
    try {
      room(trend.get(), where.disk().usableBytes(root));
    } catch (IOException e) {
      checks.add(problem("room", "cannot be read: " + e.getMessage(), "check the mount"));
    }
  }

  private void room(Trend trend, long freeBytes) {
    String full = "the next full version needs about " + SizeText.of(trend.fullBytes());
    if (freeBytes < trend.fullBytes()) {
      checks.add(
          problem(
              "room",
              full + ", and " + SizeText.of(freeBytes) + " are free",
              "make room: holdfast prune shows what need not stay"));
      return;
    }
    long left = freeBytes - trend.fullBytes();
    double seconds = trend.seconds(left);
    String value =
        String.format(
            Locale.ROOT,
            "%s; beside it %,d versions like the last fit: at the present rate at least %s, even"
                + " if nothing were deleted",
            full,
            trend.versions(left),
            Durations.human(seconds));
    checks.add(
        seconds < DAY_SECONDS && trend.versions(left) < 10
            ? warning("room", value, "make room: holdfast prune shows what need not stay")
            : ok("room", value, "log, statfs"));
  }

  private void names(long versions) {
    try {
      Disk disk = where.disk();
      long names = 1L + disk.list(root).size() + disk.list(root.resolve("log")).size();
      checks.add(
          ok(
              "inodes used",
              String.format(
                  Locale.ROOT, "%,d: one for each of %,d versions, and a few", names, versions),
              "listing"));
    } catch (IOException e) {
      checks.add(problem("inodes used", "cannot be read: " + e.getMessage(), "check the mount"));
    }
  }

  /** Syncing a directory writes nothing new. That names can be linked is tried by writing only. */
  private void directorySync() {
    try {
      where.disk().syncDirectory(root.resolve("log"));
      checks.add(ok("directory sync", "works", "tried"));
    } catch (IOException e) {
      checks.add(
          warning(
              "directory sync",
              "fails: " + e.getMessage(),
              "versions survive the end of the process, not of the node; name another place"));
    }
    checks.add(
        ok("link", "not tried, because that would write; the next writer does", "holdfast doctor"));
  }
}
