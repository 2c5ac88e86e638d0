// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * After a crash at any operation of any scenario, whatever part of the unsynced effects it leaves:
 * what was acknowledged is found, bit for bit, or something newer is; nothing is mixed, nothing
 * damaged is returned, recovering twice is recovering once, and the job goes on.
 */
class CrashStatesTest {
  private static final int STATES_MIN = 20_000;
  private static final int STATES_MIN_SOAK = 250_000;

  /** Crashes after each operation; so many make up the number of states above. */
  private static final int LIMIT = 40;

  private static final int LIMIT_SOAK = 600;

  private static int explore(CrashScenario scenario, long seed, int limit) {
    long from = System.nanoTime();
    int visited = scenario.explore(disk -> disk, seed, limit);
    double seconds = (System.nanoTime() - from) * 1e-9;
    System.out.printf(Locale.ROOT, "%-45s %7d states %6.1f s%n", scenario, visited, seconds);
    return visited;
  }

  @Test
  void crashes_atEveryOperation_loseNothingAcknowledged() {
    boolean soak = Boolean.getBoolean("holdfast.soak");
    long seed = Long.getLong("holdfast.crash.seed", 1);
    int limit = Integer.getInteger("holdfast.crash.limit", soak ? LIMIT_SOAK : LIMIT);
    String only = System.getProperty("holdfast.crash.scenario", "");
    int states =
        Arrays.stream(CrashScenario.values())
            .filter(scenario -> only.isEmpty() || only.equals(scenario.name()))
            .parallel()
            .mapToInt(scenario -> explore(scenario, seed, limit))
            .sum();
    System.out.printf(
        Locale.ROOT, "seed %d: %d distinct crash states, 0 violations%n", seed, states);
    if (only.isEmpty()) {
      int scenarios = CrashScenario.values().length;
      TrustReport.write(
          "crash-states", Map.of("crash_states", states, "violations", 0, "scenarios", scenarios));
      assertTrue(states >= (soak ? STATES_MIN_SOAK : STATES_MIN), states + " states");
    }
  }
}
