// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.Metrics;
import dev.holdfast.policy.Durations;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.Ledger;
import java.util.List;

/** What the versions of a demonstration cost. */
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
          : List.of(sizes(ledger, Metrics.of(version.info().measured())));
    }
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
