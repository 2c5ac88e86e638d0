// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Metrics;
import dev.holdfast.policy.Durations;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.Ledger;
import java.util.List;

/** Where the time of a demonstration went, and what its versions cost. */
final class DemoReport {
  private static final double NS = 1e-9;

  private DemoReport() {}

  /** Of a job that is complete. */
  static List<String> lines(Store store) {
    Ledger ledger = null;
    for (StoreRecord record : store.records()) {
      if (record instanceof EndRecord end) {
        ledger = end.ended().ledger();
      }
    }
    try (StoredVersion version = store.newest().orElse(null)) {
      return ledger == null || version == null
          ? List.of("the end was not recorded: the disk is full or refused it")
          : List.of(time(ledger), sizes(ledger, Metrics.of(version.info().measured())));
    }
  }

  private static String time(Ledger ledger) {
    return Text.format(
        "%.1f s = useful %.1f + rework %.1f + checkpoints %.1f + restart %.1f + down %.1f;"
            + " waste %.0f %% (predicted %.0f %%)",
        ledger.makespanNs() * NS,
        ledger.usefulNs() * NS,
        ledger.reworkNs() * NS,
        ledger.checkpointNs() * NS,
        ledger.restartNs() * NS,
        ledger.downtimeNs() * NS,
        ledger.waste() * 100,
        predictedWaste(ledger) * 100);
  }

  /**
   * What the model of independent failures expects for a job of this length, with the mean time
   * between the kills that struck, the measured costs and the first start counted as it was.
   */
  private static double predictedWaste(Ledger ledger) {
    double useful = ledger.usefulNs() * NS;
    double makespan = ledger.makespanNs() * NS;
    long kills = Math.max(1, ledger.failures());
    long versions = Math.max(1, ledger.versions());
    double cost = Math.max(1e-6, ledger.checkpointNs() * NS / versions);
    double restart = ledger.restartNs() * NS / ledger.attempts();
    double down = ledger.downtimeNs() * NS / kills;
    Situation situation = new Situation(cost, makespan / kills, restart, down);
    double expected = SegmentModel.makespanSeconds(useful, useful / versions, situation) + restart;
    return 1 - useful / expected;
  }

  private static String sizes(Ledger ledger, Metrics metrics) {
    var blocked = metrics.blockedNs();
    return Text.format(
        "%s, %s of state in %s (%.1fx); loop blocked %s median, %s p99",
        Text.count(ledger.versions(), "version"),
        Text.size(ledger.stateBytes()),
        Text.size(ledger.storedBytes()),
        (double) ledger.stateBytes() / Math.max(1, ledger.storedBytes()),
        Durations.human(blocked.getValueAtPercentile(50) * NS),
        Durations.human(blocked.getValueAtPercentile(99) * NS));
  }
}
