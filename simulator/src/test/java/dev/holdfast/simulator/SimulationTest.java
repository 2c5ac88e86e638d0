// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.AllocationModel;
import dev.holdfast.policy.Breakdown;
import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.policy.Exponential;
import dev.holdfast.policy.FailureLaw;
import dev.holdfast.policy.JobState;
import dev.holdfast.policy.SegmentModel;
import dev.holdfast.policy.Situation;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private static final long SEED = 20261120;

  private static Outcome run(
      JobModel model, FailureProcess failures, CheckpointPolicy policy, double mttf, long jobs) {
    return new Simulation(model, failures, policy, mttf, SEED, 2).run(jobs, done -> {});
  }

  private static FailureProcess exponential(double mttf) {
    return FailureProcess.renewal(new Exponential(mttf));
  }

  private static CheckpointPolicy every(double seconds) {
    return new Every(seconds);
  }

  /** An interval to the last digit. */
  private record Every(double seconds) implements CheckpointPolicy {
    @Override
    public double workIntervalSeconds(JobState now) {
      return seconds;
    }

    @Override
    public boolean dependsOnHistory() {
      return false;
    }
  }

  /** The exponential rows of the project's reference numbers: M, C, R, D, W, at Daly's interval. */
  @ParameterizedTest
  @CsvSource({
    "86400, 300, 600, 0, 1800000",
    "21600, 300, 600, 0, 1800000",
    "900, 300, 600, 0, 1800000",
    "3600, 60, 30, 0, 43200",
    "60, 30, 10, 5, 3600",
    "100, 400, 20, 10, 1000",
    "86400, 300, 300, 0, 21600",
    "20, 0.5, 0.5, 0.2, 600"
  })
  void exponentialJobs_agreeWithTheExactModel(
      double mttf, double cost, double restart, double down, double work) {
    Situation situation = new Situation(cost, mttf, restart, down);
    double interval = CheckpointPolicy.daly().workIntervalSeconds(JobState.of(situation));
    long jobs = mttf == 900 ? 10_000 : 100_000;
    Outcome outcome =
        run(
            JobModel.blocking(work, cost, restart, down),
            exponential(mttf),
            CheckpointPolicy.daly(),
            mttf,
            jobs);
    Breakdown expected = SegmentModel.breakdown(work, interval, situation);
    assertMean("makespan", expected.makespanSeconds(), outcome.makespan());
    assertMean("rework", expected.reworkSeconds(), outcome.rework());
    assertMean("checkpoint", expected.checkpointSeconds(), outcome.checkpoint());
    assertMean("restart", expected.restartSeconds(), outcome.restart());
    assertMean("down", expected.downSeconds(), outcome.down());
    assertMean("failures", expected.failures(), outcome.failures());
    double deviation = SegmentModel.standardDeviationSeconds(work, interval, situation);
    assertEquals(deviation, outcome.makespan().standardDeviation(), 0.02 * deviation);
    assertEquals(expected.waste(), outcome.waste(), 0.01);
  }

  /** Reference rows W02 and L03 of the project: makespans by the exact recursion, six digits. */
  @ParameterizedTest
  @CsvSource({
    "weibull:0.5, 86400, 600, 600, 60, 691200, 11493, 784384, 0",
    "weibull:0.5, 86400, 600, 600, 60, 691200, 9786.27, 783825, 29562",
    "lognormal:1, 3600, 60, 60, 30, 172800, 593.43, 215109, 0",
    "lognormal:1, 3600, 60, 60, 30, 172800, 617.876, 215107, 5016.5"
  })
  void jobsUnderOtherLaws_agreeWithTheReference(
      String law,
      double mean,
      double cost,
      double restart,
      double down,
      double work,
      double interval,
      double makespan,
      double deviation) {
    Outcome outcome =
        run(
            JobModel.blocking(work, cost, restart, down),
            FailureProcess.renewal(FailureLaw.parse(law, mean)),
            every(interval),
            mean,
            100_000);
    assertMean("makespan", makespan, outcome.makespan());
    if (deviation > 0) {
      assertEquals(deviation, outcome.makespan().standardDeviation(), 0.02 * deviation);
    }
  }

  private static void assertMean(String what, double expected, Distribution found) {
    double error = Math.max(found.standardError(), 1e-12 * Math.abs(expected));
    double z = (found.mean() - expected) / Math.max(error, Double.MIN_NORMAL);
    assertTrue(
        Math.abs(z) <= 4 || found.mean() == expected,
        what + ": z=" + z + " found " + found.mean() + " expected " + expected + " seed " + SEED);
  }

  /** Another view of the same policy, which says nothing of itself: it goes from event to event. */
  @ParameterizedTest
  @CsvSource({
    "weibull:0.7, 3600, 3600, 60, 30, 20, 432000",
    "weibull:0.7, 3600, 360000, 60, 30, 20, 432000",
    "exponential, 3600, 100, 60, 30, 20, 432000",
    "weibull:1.5, 900, 3600, 300, 600, 0, 86400",
    "lognormal:1, 86400, 3600, 0.01, 0, 0, 864000",
    "exponential, 50, 50, 40, 5, 1, 2000"
  })
  void steadyJob_underTheAdaptivePolicy_runsAsTheGeneralOne(
      String law, double mean, double told, double cost, double restart, double down, double work) {
    JobModel model = JobModel.blocking(work, cost, restart, down);
    FailureProcess failures = FailureProcess.renewal(FailureLaw.parse(law, mean));
    CheckpointPolicy adaptive = CheckpointPolicy.adaptive();
    CheckpointPolicy silent = now -> adaptive.workIntervalSeconds(now);
    Outcome jumped = run(model, failures, adaptive, told, 50);
    Outcome stepped = run(model, failures, silent, told, 50);
    double tolerance = 1e-9 * stepped.makespan().mean();
    assertEquals(stepped.makespan().mean(), jumped.makespan().mean(), tolerance);
    assertEquals(stepped.rework().mean(), jumped.rework().mean(), tolerance);
    assertEquals(stepped.restart().mean(), jumped.restart().mean(), tolerance);
    assertEquals(stepped.down().mean(), jumped.down().mean(), tolerance);
    assertEquals(stepped.failures().mean(), jumped.failures().mean());
    assertEquals(stepped.checkpoints().mean(), jumped.checkpoints().mean());
    assertTrue(stepped.checkpoints().mean() > 1, "there is something to jump over");
  }

  /** The same job from event to event: the two engines share no code but the failures. */
  @Test
  void generalJob_underAPeriodicPolicy_runsAsThePeriodicOne() {
    JobModel model = JobModel.blocking(43_200, 60, 30, 20);
    Outcome jumped = run(model, exponential(3600), every(650), 3600, 2_000);
    Outcome stepped = run(model, exponential(3600), now -> 650, 3600, 2_000);
    assertEquals(jumped.makespan().mean(), stepped.makespan().mean(), 1e-6);
    assertEquals(
        jumped.makespan().standardDeviation(), stepped.makespan().standardDeviation(), 1e-6);
    assertEquals(jumped.failures().mean(), stepped.failures().mean());
    assertEquals(jumped.checkpoints().mean(), stepped.checkpoints().mean());
    assertEquals(jumped.rework().mean(), stepped.rework().mean(), 1e-6);
  }

  @Test
  void noFailures_isWorkAndCheckpointsExactly() {
    FailureProcess never = random -> now -> Double.POSITIVE_INFINITY;
    for (CheckpointPolicy policy : new CheckpointPolicy[] {every(650), now -> 650}) {
      Outcome outcome = run(JobModel.blocking(43_200, 60, 30, 20), never, policy, 3600, 10);
      assertEquals(43_200 + 66 * 60, outcome.makespan().mean(), 1e-8);
      assertEquals(0, outcome.makespan().standardDeviation(), 1e-8);
      assertEquals(66, outcome.checkpoints().mean());
      assertEquals(0, outcome.rework().mean(), 1e-8);
    }
  }

  @Test
  void outcome_dependsOnTheSeed_notOnTheThreads() {
    JobModel model = JobModel.blocking(43_200, 60, 30, 0);
    Outcome one =
        new Simulation(model, exponential(3600), every(650), 3600, 5, 1).run(20_500, n -> {});
    Outcome two =
        new Simulation(model, exponential(3600), every(650), 3600, 5, 2).run(20_500, n -> {});
    Outcome other =
        new Simulation(model, exponential(3600), every(650), 3600, 6, 2).run(20_500, n -> {});
    assertEquals(one.makespan().mean(), two.makespan().mean());
    assertEquals(one.makespan().standardDeviation(), two.makespan().standardDeviation());
    assertEquals(one.rework().percentile(99), two.rework().percentile(99));
    assertTrue(one.makespan().mean() != other.makespan().mean());
    assertEquals(20_500, one.jobs());
  }

  @Test
  void interval95_coversTheTruth_aboutAsOftenAsItSays() {
    Situation situation = new Situation(60, 3600, 30, 0);
    double truth = SegmentModel.makespanSeconds(7200, 650, situation);
    int covered = 0;
    for (long seed = 0; seed < 200; seed++) {
      Outcome outcome =
          new Simulation(
                  JobModel.blocking(7200, 60, 30, 0), exponential(3600), every(650), 3600, seed, 1)
              .run(1000, n -> {});
      double off = Math.abs(outcome.makespan().mean() - truth);
      covered += off <= outcome.makespan().halfWidth95() ? 1 : 0;
    }
    assertTrue(covered >= 180 && covered <= 198, "covered " + covered + " of 200");
  }

  @Test
  void precision_onceReached_endsTheRun() {
    Simulation simulation =
        new Simulation(
            JobModel.blocking(43_200, 60, 30, 0), exponential(3600), every(650), 3600, 1, 2);
    Outcome outcome = simulation.run(10_000_000, 0.001, n -> {});
    assertTrue(outcome.makespan().halfWidth95() <= 0.001 * outcome.makespan().mean());
    assertTrue(outcome.jobs() < 100_000, "ran " + outcome.jobs());
  }

  @Test
  void hopelessJob_isAnError() {
    Simulation simulation =
        new Simulation(JobModel.blocking(100, 50, 1, 0), exponential(1), every(50), 1, 1, 1);
    assertThrows(NoProgressException.class, () -> simulation.run(1, n -> {}));
  }

  /** What dynamic programming says of one allocation, from jobs so long that they need hundreds. */
  @Test
  void allocations_storeWhatTheModelExpects() {
    Situation situation = new Situation(900, 14_400, 600, 60);
    double stored =
        AllocationModel.storedWorkAfterRestartSeconds(
            14_400, situation, AllocationModel.Rule.EQUAL_SPLIT);
    double work = 300 * stored;
    Outcome outcome =
        run(
            JobModel.blocking(work, 900, 600, 60).in(new JobModel.Allocation(14_400, 3600, false)),
            exponential(14_400),
            CheckpointPolicy.walltime(),
            14_400,
            400);
    assertEquals(300, outcome.allocations().mean(), 2.0);
    assertEquals((outcome.allocations().mean() - 1) * 3600, outcome.queue().mean(), 1e-6);
  }

  @Test
  void allocationWithoutFailures_losesNothingWithALastCheckpoint_andTheTailWithout() {
    FailureProcess never = random -> now -> Double.POSITIVE_INFINITY;
    JobModel job = JobModel.blocking(10_000, 100, 50, 0);
    Outcome kept =
        run(job.in(new JobModel.Allocation(3600, 0, true)), never, every(1000), 86_400, 1);
    assertEquals(0, kept.rework().mean(), 1e-6);
    Outcome lost =
        run(job.in(new JobModel.Allocation(3600, 0, false)), never, every(1000), 86_400, 1);
    // 3 x 1,100 s fit, 300 s of the fourth interval are lost; then a restart of 50 s before each.
    assertEquals(300 + 250 + 250, lost.rework().mean(), 1e-6);
    assertEquals(4, lost.allocations().mean());
  }

  /**
   * What ends an attempt but is no failure neither brings bursts nor makes anything young again.
   */
  @ParameterizedTest
  @ValueSource(strings = {"burst", "weibull:0.5", "nodes"})
  void allocationsAndPreemptions_changeNoFailures(String kind) {
    FailureProcess process =
        switch (kind) {
          case "burst" -> FailureProcess.bursts(new Exponential(86_400), 0.2, 600);
          case "nodes" -> FailureProcess.nodes(100, FailureLaw.parse("weibull:0.7", 8e6), 0);
          default -> FailureProcess.renewal(FailureLaw.parse(kind, 86_400));
        };
    JobModel job = JobModel.blocking(360_000, 300, 0, 0);
    Outcome plain = run(job, process, now -> 7_200, 86_400, 4_000);
    Outcome cut =
        run(
            job.in(new JobModel.Allocation(28_800, 3600, true)),
            process,
            now -> 7_200,
            86_400,
            4_000);
    Outcome preempted =
        run(job.with(new JobModel.Preemption(18_000, 600)), process, now -> 7_200, 86_400, 4_000);
    assertEquals(plain.failures().mean(), cut.failures().mean(), 0.08 * plain.failures().mean());
    assertEquals(
        plain.failures().mean(), preempted.failures().mean(), 0.08 * plain.failures().mean());
  }

  @Test
  void allocationTooShortForAnyWork_isAnError() {
    FailureProcess failures = exponential(86_400);
    JobModel job = JobModel.blocking(360_000, 300, 0, 0).in(new JobModel.Allocation(300, 0, true));
    Simulation simulation = new Simulation(job, failures, every(7_200), 86_400, 1, 1);
    assertThrows(NoProgressException.class, () -> simulation.run(1, n -> {}));
  }

  @Test
  void preemption_withRoomForACheckpoint_losesNoWork() {
    FailureProcess never = random -> now -> Double.POSITIVE_INFINITY;
    JobModel job = JobModel.blocking(100_000, 60, 30, 10);
    Outcome told =
        run(job.with(new JobModel.Preemption(5_000, 120)), never, now -> 1e9, 86_400, 2_000);
    assertEquals(0, told.rework().mean(), 1e-6);
    assertEquals(0, told.failures().mean());
    assertTrue(told.preemptions().mean() > 19, "preempted " + told.preemptions().mean());
    Outcome untold =
        run(job.with(new JobModel.Preemption(5_000, 30)), never, now -> 1_000, 86_400, 2_000);
    Situation asFailures = new Situation(60, 5_000, 30, 10);
    assertMean(
        "makespan", SegmentModel.makespanSeconds(100_000, 1_000, asFailures), untold.makespan());
  }

  @Test
  void adaptivePolicy_toldAWrongMttf_comesCloseToKnowingIt() {
    JobModel job = JobModel.blocking(500 * 3600, 60, 30, 0);
    double truth = 3600;
    Outcome knowing = run(job, exponential(truth), CheckpointPolicy.exact(), truth, 300);
    Outcome misled = run(job, exponential(truth), CheckpointPolicy.exact(), 100 * truth, 300);
    Outcome learning = run(job, exponential(truth), CheckpointPolicy.adaptive(), 100 * truth, 300);
    assertTrue(misled.waste() > knowing.waste() + 0.2, "misled " + misled.waste());
    assertTrue(
        learning.waste() < knowing.waste() + 0.02,
        learning.waste() + " against " + knowing.waste());
  }

  @Test
  void hazardPolicy_underClusteredFailures_beatsYoung() {
    FailureProcess clustered = FailureProcess.renewal(FailureLaw.parse("weibull:0.5", 86_400));
    JobModel job = JobModel.blocking(2_000_000, 600, 600, 0);
    CheckpointPolicy hazard = CheckpointPolicy.parse("hazard:weibull:0.5");
    Outcome young = run(job, clustered, CheckpointPolicy.young(), 86_400, 4_000);
    Outcome local = run(job, clustered, hazard, 86_400, 4_000);
    double error = Math.hypot(young.makespan().standardError(), local.makespan().standardError());
    assertTrue(
        local.makespan().mean() < young.makespan().mean() - 2 * error,
        local.makespan().mean() + " against " + young.makespan().mean() + " +- " + error);
  }

  @Test
  void randomCost_hasItsMeanAndItsPrice() {
    double mttf = 600;
    JobModel job = new JobModel(36_000, new CheckpointModel.Blocking(60, 60, 0), 0);
    Outcome outcome = run(job, exponential(mttf), now -> 200, mttf, 20_000);
    // Gamma of shape 1, drawn anew at every try: worth -M ln E[e^(-C/M)] = M ln(1 + 60/600).
    double effective = mttf * Math.log(1 + 60 / mttf);
    double expected =
        SegmentModel.makespanSeconds(36_000, 200, new Situation(effective, mttf, 0, 0));
    assertMean("makespan", expected, outcome.makespan());
  }

  @Test
  void fixedInterval_isExactInTheSimulationToo() {
    Outcome outcome =
        run(
            JobModel.blocking(1000, 1, 0, 0),
            random -> now -> Double.POSITIVE_INFINITY,
            CheckpointPolicy.fixed(Duration.ofSeconds(100)),
            1e6,
            1);
    assertEquals(1009, outcome.makespan().mean(), 1e-9);
  }
}
