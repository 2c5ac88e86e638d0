// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * Visits the disks that a crash may leave, at every operation of a scenario, and recovers on each.
 * A disk that has been visited with the same knowledge is passed over, and counts once.
 *
 * <p>Some recoveries are watched in turn: a crash may meet them as well.
 */
final class CrashExplorer {
  /** Every so many states a recovery is crashed too. */
  private static final int WATCH_EVERY = 200;

  /** Crashes at each operation of a recovery. */
  private static final int LIMIT_IN_RECOVERY = 5;

  /** Every so many states the store is verified, recovered twice, and the job goes on. */
  private static final int GO_ON_EVERY = 5;

  private final String scenario;
  private final long seed;
  private final int limit;
  private final Set<Long> states = new HashSet<>();
  private final Set<Long> visited = new HashSet<>();
  private int operations;
  private boolean violated;

  /**
   * @param limit about how many crashes are looked at after each operation
   */
  CrashExplorer(String scenario, long seed, int limit) {
    this.scenario = scenario;
    this.seed = seed;
    this.limit = limit;
  }

  /** A promise that was broken, with what is needed to see it again. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Distinct disks so far. */
  int states() {
    return states.size();
  }

  /** Visits the crashes that may happen after an operation. */
  void visit(MemoryDisk disk, CrashOracle oracle, String operation) {
    visit(disk, oracle, operation, limit, false);
  }

  private void visit(
      MemoryDisk disk, CrashOracle oracle, String operation, int most, boolean inRecovery) {
    operations++;
    if (violated) {
      return;
    }
    List<Unsynced> effects = disk.unsynced();
    Random random = new Random(seed * 1_000_003 + scenario.hashCode() * 31L + operations);
    for (Crash crash : Crash.of(effects, random, most)) {
      MemoryDisk state = disk.after(effects, crash);
      long print = state.fingerprint();
      if (visited.add(print * 31 + oracle.newest())) {
        states.add(print);
        try {
          recover(state, oracle, inRecovery);
        } catch (RuntimeException | IOException | AssertionError e) {
          throw violation(operation, crash.describe(effects), e);
        }
      }
    }
  }

  private void recover(MemoryDisk state, CrashOracle oracle, boolean inRecovery)
      throws IOException {
    int count = visited.size();
    if (!inRecovery && count % WATCH_EVERY == 0) {
      MemoryDisk copy = state.copy();
      CrashOracle fork = oracle.fork(oracle.job().fork());
      WatchedDisk watched =
          new WatchedDisk(
              copy,
              (operation, changes) -> {
                if (changes) {
                  visit(copy, fork, "recovery: " + operation, LIMIT_IN_RECOVERY, true);
                }
              });
      CrashRecovery.goOn(watched, copy, fork);
    }
    if (count % GO_ON_EVERY == 0) {
      CrashRecovery.checkAll(state, oracle);
    } else {
      CrashRecovery.check(state, oracle);
    }
  }

  Violation violation(String operation, String crash, Throwable cause) {
    if (cause instanceof Violation inner) {
      return inner;
    }
    violated = true;
    return new Violation(
        String.format(
            Locale.ROOT,
            "scenario %s, operation %d (%s), crash: %s%n%s%n"
                + "again: mvn verify -pl storage -Dtest=CrashStatesTest"
                + " -Dholdfast.crash.seed=%d -Dholdfast.crash.limit=%d"
                + " -Dholdfast.crash.scenario=%s",
            scenario,
            operations,
            operation,
            crash,
            cause,
            seed,
            limit,
            scenario),
        cause);
  }
}
