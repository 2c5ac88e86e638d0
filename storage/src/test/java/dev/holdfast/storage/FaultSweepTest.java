// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.FaultRun.Scenario;
import dev.holdfast.storage.FaultyDisk.Errno;
import dev.holdfast.storage.FaultyDisk.Op;
import dev.holdfast.storage.format.RegionSchema;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation of every scenario fails in every way, once and from then on: at the k-th
 * operation, for every k (docs/faults.md).
 */
final class FaultSweepTest {
  /** No scenario needs so many operations. */
  private static final int OPERATIONS_MAX = 2_000;

  private static final Map<String, Long> FIGURES = new ConcurrentSkipListMap<>();

  private static void count(String what, long more) {
    FIGURES.merge(what, more, Long::sum);
  }

  @AfterAll
  static void report() {
    TrustReport.write("faults", FIGURES);
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void scenario_failingAtEveryOperation_losesNothingAndGoesOn(Scenario scenario) {
    Arrays.stream(Errno.values())
        .parallel()
        .forEach(errno -> {
          strikeEveryOperation(scenario, errno, false);
          strikeEveryOperation(scenario, errno, true);
        });
  }

  private static void strikeEveryOperation(Scenario scenario, Errno errno, boolean always) {
    int k = 0;
    while (strike(scenario, errno, k, always)) {
      k++;
      assertTrue(k < OPERATIONS_MAX, () -> scenario + " never ends");
    }
    assertTrue(k > 0, () -> errno + " never struck " + scenario);
  }

  private static boolean strike(Scenario scenario, Errno errno, int k, boolean always) {
    String how = errno + (always ? " from operation " : " at operation ") + k;
    FaultRun run = new FaultRun(scenario, 100 + k, how);
    run.prepare();
    run.disk().failAt(k, errno, always);
    run.strike();
    boolean met = run.disk().met();
    if (met) {
      judge(run, errno);
    }
    return met;
  }

  private static void judge(FaultRun run, Errno errno) {
    count("faults", 1);
    count("failed_operations", run.disk().failures());
    run.recover(errno.hits(Op.DELETE));
    count("crash_states", run.crashStates());
  }

  /** Memory runs out in what the writer asks the program for, at the k-th question. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void commit_memoryRunsOutAtAnyQuestionToTheProgram_losesNothingAndGoesOn(boolean full) {
    boolean met = true;
    for (int k = 0; met; k++) {
      FaultRun run =
          new FaultRun(
              full ? Scenario.FULL : Scenario.DELTA, 500 + k, "no memory at question " + k);
      run.prepare();
      AtomicInteger left = new AtomicInteger(k);
      run.spoil(draft -> Questions.asked(draft, left));
      run.strike();
      met = left.get() < 0;
      if (met) {
        count("faults", 1);
        count("failed_allocations", 1);
        run.recover(false);
        count("crash_states", run.crashStates());
      }
    }
  }

  /** A region that has memory for so many questions. */
  private record Questions(RegionSource region, AtomicInteger left) implements RegionSource {
    static Draft asked(Draft draft, AtomicInteger left) {
      List<RegionSource> regions = new ArrayList<>();
      draft.regions().forEach(region -> regions.add(new Questions(region, left)));
      return new Draft(
          draft.state(),
          regions,
          draft.outputs(),
          draft.ledger(),
          draft.costs(),
          draft.measured(),
          draft.parameters(),
          draft.user(),
          draft.full());
    }

    private void ask() {
      if (left.getAndDecrement() == 0) {
        throw new OutOfMemoryError("Java heap space");
      }
    }

    @Override
    public RegionSchema schema() {
      ask();
      return region.schema();
    }

    @Override
    public boolean changed(int block) {
      ask();
      return region.changed(block);
    }

    @Override
    public MemorySegment block(int block) {
      ask();
      return region.block(block);
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      ask();
      return region.committed(block);
    }
  }

  /** Two operations fail and those between them do not; in the soak profile, for every pair. */
  @ParameterizedTest
  @EnumSource(
      value = Scenario.class,
      names = {"DELTA", "PRUNE", "OPEN_AGAIN", "MAKE", "RECOVER"})
  void scenario_failingAtTwoOperations_losesNothingAndGoesOn(Scenario scenario) {
    boolean soak = Boolean.getBoolean("holdfast.soak");
    Errno[] kinds = soak ? Errno.values() : new Errno[] {Errno.EIO};
    Arrays.stream(kinds).parallel().forEach(errno -> strikePairs(scenario, errno, soak ? 1 : 7));
  }

  private static void strikePairs(Scenario scenario, Errno errno, int stride) {
    boolean firstMet = true;
    for (int first = 0; firstMet; first += stride) {
      boolean secondMet = true;
      for (int second = first + 1; secondMet; second += stride) {
        FaultRun run =
            new FaultRun(
                scenario, 900 + second, errno + " at operations " + first + " and " + second);
        run.prepare();
        run.disk().failAt(first, errno, false);
        run.disk().failAgainAt(second);
        run.strike();
        firstMet = run.disk().met();
        secondMet = run.disk().metAgain();
        if (secondMet) {
          count("pairs_of_faults", 1);
          judge(run, errno);
        }
      }
    }
  }
}
