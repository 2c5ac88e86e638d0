// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.policy.Durations;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.VersionInfo.Costs;
import java.util.Locale;
import java.util.OptionalDouble;

/** A job's ledger in words, the same from the running job and from its store. */
public final class LedgerText {
  /** A policy needs a cost above 0. */
  private static final double COST_SECONDS_MIN = 1e-6;

  private static final double NS = 1e-9;

  private LedgerText() {}

  /** Where the time went, as a sum and the waste in percent. */
  public static String line(Ledger ledger) {
    return String.format(
        Locale.ROOT,
        "%s = useful %s + rework %s + checkpoints %s + restart %s + down %s%s; waste %.1f %%",
        Durations.human(ledger.makespanNs() * NS),
        Durations.human(ledger.usefulNs() * NS),
        Durations.human(ledger.reworkNs() * NS),
        Durations.human(ledger.checkpointNs() * NS),
        Durations.human(ledger.restartNs() * NS),
        Durations.human(ledger.downtimeNs() * NS),
        ledger.suspendedNs() > 0
            ? " + suspended " + Durations.human(ledger.suspendedNs() * NS)
            : "",
        ledger.waste() * 100);
  }

  /** What stands behind {@link #line}: the waste that the model expects, or nothing. */
  public static String expected(OptionalDouble waste) {
    return waste.isEmpty()
        ? ""
        : String.format(Locale.ROOT, " (the model expects %.1f %%)", 100 * waste.getAsDouble());
  }

  /**
   * The waste that {@link SegmentModel} expects of a job with this much useful work and one restart
   * at its beginning.
   *
   * @param workIntervalSeconds work between two checkpoints; Infinity for never
   * @param situation cost, failures, restart and downtime
   * @return 0 to 1; empty where nothing useful has been done yet, or no interval is known
   */
  public static OptionalDouble expectedWaste(
      Ledger ledger, double workIntervalSeconds, Situation situation) {
    double useful = ledger.usefulNs() * NS;
    if (!(useful > 0 && workIntervalSeconds > 0)) {
      return OptionalDouble.empty();
    }
    double firstStart = ledger.restartNs() * NS / Math.max(1, ledger.attempts());
    double expected =
        firstStart + SegmentModel.makespanSeconds(useful, workIntervalSeconds, situation);
    return OptionalDouble.of(1 - useful / expected);
  }

  /** The same with the plan and the costs that a version tells; empty where it tells no plan. */
  public static OptionalDouble expectedWaste(Ledger ledger, Costs costs) {
    if (!(costs.mttfSeconds() > 0 && costs.mttfSeconds() < Double.POSITIVE_INFINITY)) {
      return OptionalDouble.empty();
    }
    Situation situation =
        new Situation(
            Math.max(costs.blockedSeconds(), COST_SECONDS_MIN),
            costs.mttfSeconds(),
            Math.max(0, costs.restartSeconds()),
            meanDowntimeSeconds(ledger));
    return expectedWaste(ledger, costs.intervalSeconds(), situation);
  }

  /** Every start but the first comes after a downtime, whatever ended the attempt before. */
  static double meanDowntimeSeconds(Ledger ledger) {
    return ledger.attempts() < 2 ? 0 : ledger.downtimeNs() * NS / (ledger.attempts() - 1);
  }
}
