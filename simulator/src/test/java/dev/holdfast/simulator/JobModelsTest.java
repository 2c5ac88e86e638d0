// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.AsynchronousModel;
import dev.holdfast.policy.Breakdown;
import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.IncrementalModel;
import dev.holdfast.policy.PreemptionModel;
import dev.holdfast.policy.Situation;
import dev.holdfast.policy.TwoLevelModel;
import org.junit.jupiter.api.Test;

/** Every job model against the exact model of the policy module that describes it. */
class JobModelsTest {
  private static final long SEED = 20261121;

  private static Outcome run(JobModel model, double mttf, double interval, long jobs) {
    return new Simulation(
            model, FailureProcess.renewal(new Exponential(mttf)), now -> interval, mttf, SEED, 2)
        .run(jobs, n -> {});
  }

  @Test
  void asynchronousJobs_agreeWithTheFiniteModel() {
    Situation situation = new Situation(20, 3_600, 60, 30);
    AsynchronousModel model = new AsynchronousModel(situation, 200);
    double interval = model.workIntervalSeconds();
    Outcome outcome =
        run(
            new JobModel(100_000, new CheckpointModel.Asynchronous(20, 200, 60), 30),
            3_600,
            interval,
            20_000);
    // The finite model leaves out a checkpoint that the end would overtake: compare without ends.
    double steady = 100_000 / (1 - model.steadyWaste(interval));
    assertEquals(steady, outcome.makespan().mean(), 0.005 * steady);
  }

  @Test
  void asynchronousCheckpoint_thatTakesAllItsLatency_isABlockingOne() {
    Outcome asynchronous =
        run(
            new JobModel(50_000, new CheckpointModel.Asynchronous(60, 60, 30), 10),
            3_600,
            650,
            500);
    Outcome blocking =
        run(new JobModel(50_000, new CheckpointModel.Blocking(60, 0, 30), 10), 3_600, 650, 500);
    assertEquals(blocking.makespan().mean(), asynchronous.makespan().mean(), 1e-6);
  }

  @Test
  void asynchronousCheckpoints_areWrittenOneAtATime() {
    Outcome outcome =
        new Simulation(
                new JobModel(1_000, new CheckpointModel.Asynchronous(10, 100, 0), 0),
                random -> now -> Double.POSITIVE_INFINITY,
                now -> 5,
                1e9,
                1,
                1)
            .run(1, n -> {});
    // One begins every 100 s (of which 90 s are work), whatever the policy wants; the first at 5 s.
    assertEquals(11, outcome.checkpoints().mean(), 1);
    assertEquals(1_000 + 110, outcome.makespan().mean(), 11);
  }

  /** Reference numbers of the project: n = 13, w = 524.287, overhead 0.135021. */
  @Test
  void twoLevelJobs_agreeWithTheExactPattern() {
    double rate1 = 1 / 14_400.0;
    double rate2 = 1 / 86_400.0;
    double mttf = 1 / (rate1 + rate2);
    double work = 300 * 13 * 524.287;
    Outcome outcome =
        run(
            new JobModel(work, new CheckpointModel.TwoLevel(10, 10, 300, 300, 13, rate2 * mttf), 0),
            mttf,
            524.287,
            2_000);
    double expected = work * (1 + 0.135021);
    // The last pattern ends without its checkpoints: some 310 s of two million.
    assertEquals(expected, outcome.makespan().mean(), 4 * outcome.makespan().standardError() + 400);
    assertTrue(outcome.makespan().standardError() < 0.0005 * expected);
    TwoLevelModel model =
        new TwoLevelModel(new Situation(10, 14_400, 10, 0), new Situation(300, 86_400, 300, 0));
    Breakdown steady = model.steadyBreakdown(13, 524.287);
    double patterns = work / steady.usefulSeconds();
    assertEquals(
        patterns * steady.reworkSeconds(),
        outcome.rework().mean(),
        5 * outcome.rework().standardError() + 100);
    assertEquals(
        patterns * steady.restartSeconds(),
        outcome.restart().mean(),
        5 * outcome.restart().standardError() + 20);
  }

  @Test
  void incrementalJobs_agreeWithTheExactCycle() {
    Situation full = new Situation(120, 7_200, 60, 20);
    IncrementalModel model = new IncrementalModel(full, 15, 10);
    double interval = 500;
    double work = 2_000_000;
    Outcome outcome =
        run(
            new JobModel(work, new CheckpointModel.Incremental(120, 15, 4, 60, 10), 20),
            7_200,
            interval,
            2_000);
    double expected = work / (1 - model.steadyWaste(4, interval));
    assertEquals(expected, outcome.makespan().mean(), 4 * outcome.makespan().standardError() + 300);
    assertTrue(outcome.makespan().standardError() < 0.0005 * expected);
  }

  @Test
  void preemptedJobs_withNoticeTooShort_agreeWithTheModel() {
    Situation situation = new Situation(60, 20_000, 30, 10);
    PreemptionModel model = new PreemptionModel(situation, 5_000, 0, 60, 3_600);
    Outcome outcome =
        run(
            JobModel.blocking(500_000, 60, 30, 10).with(new JobModel.Preemption(5_000, 10)),
            20_000,
            700,
            4_000);
    double expected = 500_000 / (1 - model.steadyWaste(700));
    assertEquals(expected, outcome.makespan().mean(), 4 * outcome.makespan().standardError() + 70);
  }

  @Test
  void models_ofNonsense_areRefusedByName() {
    assertThrows(IllegalArgumentException.class, () -> JobModel.blocking(0, 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> JobModel.blocking(1, Double.NaN, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new CheckpointModel.Asynchronous(20, 10, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new CheckpointModel.TwoLevel(1, 1, 1, 1, 0, 0.5));
  }
}
