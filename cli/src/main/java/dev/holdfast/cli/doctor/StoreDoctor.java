// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.Check.ok;
import static dev.holdfast.cli.doctor.Check.problem;
import static dev.holdfast.cli.doctor.Check.warning;

import dev.holdfast.storage.Contents;
import dev.holdfast.storage.Holding;
import dev.holdfast.storage.Liveness;
import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.RecordHead;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreOptions;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at a store from outside: who holds it, and what the place it lies on keeps of promises. */
public final class StoreDoctor {
  private static final double SKEW_SECONDS_MAX = 2;

  private StoreDoctor() {}

  /**
   * All checks, by group. Writes nothing.
   *
   * @param purgeAge after which the site deletes files, where that is known
   */
  public static Map<String, List<Check>> of(
      Surroundings where, Store store, Optional<Duration> purgeAge) {
    Map<String, List<Check>> groups = new LinkedHashMap<>();
    List<Check> checks = new ArrayList<>();
    Contents<StoreRecord> contents = store.contents(record -> record);
    List<StoreRecord> records = contents.records();
    versions(contents, checks);
    store
        .refusal()
        .ifPresent(why -> checks.add(problem("access", why, "until then no job writes to it")));
    holder(where, store, records, checks);
    clock(where, store, checks);
    checks.addAll(RoomDoctor.of(where, store, records));
    age(where, records, purgeAge, checks);
    groups.put("store", checks);
    groups.put("place", PlaceDoctor.of(where, store.root(), false));
    groups.put("limits", LimitDoctor.of(LimitDoctor.ownLimits()));
    return groups;
  }

  /** Who is alive, what is old, and where time went are judged by time stamps. */
  private static void clock(Surroundings where, Store store, List<Check> checks) {
    long now = where.time().epochMs();
    Optional<RecordHead> latest =
        store.heads(0).stream().max(Comparator.comparingLong(RecordHead::createdEpochMs));
    if (latest.isEmpty()) {
      return;
    }
    double aheadSeconds = (latest.get().createdEpochMs() - now) / 1e3;
    String record = "record " + latest.get().number();
    checks.add(
        aheadSeconds > SKEW_SECONDS_MAX
            ? warning(
                "clock",
                String.format(
                    Locale.ROOT,
                    "%s is from the future: %,.0f s ahead of this node",
                    record,
                    aheadSeconds),
                "have the clocks set (NTP): one of the nodes is wrong")
            : ok("clock", "no record is from the future", "log"));
  }

  /** Sites delete what is old; a restart needs every file that its version refers to. */
  private static void age(
      Surroundings where,
      List<StoreRecord> records,
      Optional<Duration> purgeAge,
      List<Check> checks) {
    OptionalLong oldest =
        records.stream()
            .filter(VersionRecord.class::isInstance)
            .map(VersionRecord.class::cast)
            .reduce((one, later) -> later)
            .map(StoreDoctor::oldestFileEpochMs)
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty());
    if (oldest.isEmpty()) {
      return;
    }
    double days = (where.time().epochMs() - oldest.getAsLong()) / 86_400e3;
    String value =
        String.format(Locale.ROOT, "the oldest file that the newest version needs: %.1f d", days);
    double limitDays = purgeAge.orElse(StoreOptions.MAX_FILE_AGE_DEFAULT).toMillis() / 86_400e3;
    double leftDays = limitDays - days;
    if (purgeAge.isPresent() && leftDays < limitDays / 4) {
      checks.add(
          warning(
              "age",
              value
                  + String.format(
                      Locale.ROOT, "; the site deletes it %s", inDays(Math.max(0, leftDays))),
              "run the job, which writes it anew, or copy the store to a place that lasts"));
    } else if (purgeAge.isEmpty() && leftDays < 0) {
      checks.add(
          warning(
              "age",
              value + "; a running job would have written it anew after 14",
              "copy the store to a place that lasts if the site deletes old files; say"
                  + " --purge-age if you know its rule"));
    } else {
      checks.add(ok("age", value, "log"));
    }
  }

  private static String inDays(double days) {
    return days < 1 ? "today or has done so" : String.format(Locale.ROOT, "in %.0f d", days);
  }

  private static long oldestFileEpochMs(VersionRecord version) {
    return version.info().refs().stream()
        .mapToLong(FileRef::createdEpochMs)
        .reduce(version.createdEpochMs(), Math::min);
  }

  private static void versions(Contents<StoreRecord> contents, List<Check> checks) {
    List<StoreRecord> records = contents.records();
    long versions = records.stream().filter(VersionRecord.class::isInstance).count();
    List<String> damaged =
        records.stream()
            .filter(DamagedRecord.class::isInstance)
            .map(r -> Long.toString(((DamagedRecord) r).number()))
            .toList();
    checks.add(
        versions == 0
            ? warning("versions", "none yet", "nothing can be restored before the first")
            : ok("versions", Long.toString(versions), "log"));
    if (!damaged.isEmpty()) {
      checks.add(
          warning(
              "records",
              "damaged: " + String.join(", ", damaged),
              "holdfast verify says what can still be restored"));
    }
    for (Rejection missing : contents.missing()) {
      checks.add(
          warning("records", missing.why(), "holdfast verify says what can still be restored"));
    }
  }

  private static void holder(
      Surroundings where, Store store, List<StoreRecord> records, List<Check> checks) {
    Optional<Holding> holding = store.holding();
    if (holding.isEmpty()) {
      String why =
          records.isEmpty() ? "there is no record" : "the last attempt has ended in good order";
      checks.add(ok("holder", "nobody: " + why, "log"));
      return;
    }
    Holding held = holding.get();
    long silentSeconds = Math.max(0, (where.time().epochMs() - held.lastSignEpochMs()) / 1000);
    String value =
        String.format(
            Locale.ROOT,
            "process %d on %s, by record %d: %s; last sign of life %,d s ago",
            held.holder().pid(),
            held.holder().host(),
            held.attempt(),
            held.liveness().name().toLowerCase(Locale.ROOT),
            silentSeconds);
    boolean unknown = held.liveness() == Liveness.UNKNOWN;
    String source = unknown ? "log, ALIVE" : "log, /proc";
    checks.add(ok("holder", value, source));
  }
}
