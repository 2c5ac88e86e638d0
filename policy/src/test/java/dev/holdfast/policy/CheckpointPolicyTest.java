// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointPolicyTest {
  private static final JobState JOB = JobState.of(new Situation(300, 86400, 600, 60));

  @Test
  void modelPolicies_inASituation_returnTheirFormula() {
    assertEquals(7200, CheckpointPolicy.young().workIntervalSeconds(JOB));
    assertEquals(Daly.higherOrder(300, 86400), CheckpointPolicy.daly().workIntervalSeconds(JOB));
    assertEquals(
        ExactOptimum.workIntervalSeconds(300, 86400),
        CheckpointPolicy.exact().workIntervalSeconds(JOB));
  }

  @Test
  void modelPolicy_whereTheModelHasNoMeaning_isExact() {
    JobState now = JobState.of(new Situation(300, 86400, 90000, 60)); // M < D + R
    assertEquals(
        CheckpointPolicy.exact().workIntervalSeconds(now),
        CheckpointPolicy.of(IntervalModel.HERAULT_ROBERT).workIntervalSeconds(now));
  }

  @Test
  void hazardPolicy_afterAFailure_checkpointsMoreOftenWhenFailuresCluster() {
    CheckpointPolicy hazard = CheckpointPolicy.parse("hazard:weibull:0.7");
    JobState young = JOB.withExposure(new JobState.Exposure(1e6, 3, 0));
    JobState old = JOB.withExposure(new JobState.Exposure(1e6, 3, 86_400));
    assertTrue(hazard.workIntervalSeconds(young) < 0.8 * hazard.workIntervalSeconds(old));
    assertEquals(
        Young.workIntervalSeconds(300, 86400),
        CheckpointPolicy.parse("hazard:exponential").workIntervalSeconds(old),
        1e-6);
  }

  @Test
  void fixed_inAnySituation_returnsItsInterval() {
    CheckpointPolicy fixed = CheckpointPolicy.fixed(Duration.ofMillis(1500));
    assertEquals(1.5, fixed.workIntervalSeconds(JOB));
    assertEquals(1.5, fixed.workIntervalSeconds(JobState.of(new Situation(1e6, 1, 0, 0))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "young",
        "daly",
        "exact",
        "walltime",
        "adaptive",
        "adaptive:0.5",
        "daly-first",
        "wong-franklin",
        "wong-franklin:0.25",
        "wong-franklin-printed",
        "herault-robert",
        "hazard:weibull:0.7",
        "fixed:90s",
        "fixed:1500ms",
        "fixed:PT1.0000001S"
      })
  void parse_ofAName_givesThePolicyOfThatName(String name) {
    CheckpointPolicy policy = CheckpointPolicy.parse(name);
    assertEquals(name, policy.name());
    assertEquals(name, policy.toString());
    assertEquals(policy, CheckpointPolicy.parse(policy.name()));
  }

  @Test
  void parse_ofModelName_ignoresCaseAndBlanks() {
    assertEquals(CheckpointPolicy.exact(), CheckpointPolicy.parse(" Exact\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "250ms, 0.25",
    "90s, 90",
    "fixed:90s, 90",
    "15min, 900",
    "15m, 900",
    "1h30m, 5400",
    "1h30min, 5400",
    "1.5h, 5400",
    "2d, 172800",
    "1d2h3m4s5ms, 93784.005",
    "PT90S, 90",
    "PT1H30M, 5400",
    "fixed:PT0.5S, 0.5",
    "999999999999d, 86399999999913600"
  })
  void parse_ofInterval_readsItsLength(String text, double seconds) {
    assertEquals(seconds, CheckpointPolicy.parse(text).workIntervalSeconds(JOB), 1e-9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "90 | policy \"90\": 90 has no unit; write 90s, 90min or 90h",
        "fixed:1.5 | policy \"fixed:1.5\": 1.5 has no unit; write 1.5s, 1.5min or 1.5h",
        "weekly | policy \"weekly\": use young, daly, exact, walltime, adaptive, or a duration such as 90s",
        "fixed:young | policy \"fixed:young\": use young, daly, exact, walltime, adaptive, or a duration",
        "fixed: | policy \"fixed:\": use young, daly, exact, walltime, adaptive, or a duration",
        "'' | policy \"\": use young, daly, exact, walltime, adaptive, or a duration",
        "wong-franklin:2 | write wong-franklin:0.25 with a share above 0 and at most 1",
        "hazard:weibull | weibull",
        "adaptive:x | write adaptive, or adaptive:2",
        "30m1h | units, longest first",
        "90S | such as 90s",
        "-90s | such as 90s",
        "-90 | such as 90s",
        "1e3 | such as 90s",
        "90 s | such as 90s",
        "1000000000000d | such as 90s",
        "P90 | not an ISO 8601 duration; write PT90S",
        "0s | the fixed interval is PT0S: it must be longer than 0",
        "PT-5S | the fixed interval is PT-5S: it must be longer than 0"
      })
  void parse_ofAnythingElse_saysWhatIsAccepted(String text, String message) {
    assertMessage(message, () -> CheckpointPolicy.parse(text));
  }

  @Test
  void situation_outsideItsRange_isRefusedByName() {
    assertMessage(
        "costSeconds is 0.0: it must be a finite number of seconds greater than 0",
        () -> new Situation(0, 1, 0, 0));
    assertMessage("mttfSeconds is NaN", () -> new Situation(1, Double.NaN, 0, 0));
    assertMessage(
        "mttfSeconds is Infinity", () -> new Situation(1, Double.POSITIVE_INFINITY, 0, 0));
    assertMessage(
        "restartSeconds is -1.0: it must be a finite number of seconds, 0 or more",
        () -> new Situation(1, 1, -1, 0));
    assertMessage("downtimeSeconds is NaN", () -> new Situation(1, 1, 0, Double.NaN));
  }

  @Test
  void models_outsideTheirRange_refuseByName() {
    assertMessage("costSeconds is -1.0", () -> Young.workIntervalSeconds(-1, 1));
    assertMessage("mttfSeconds is 0.0", () -> Daly.higherOrder(1, 0));
    assertMessage("mttfSeconds is -1.0", () -> Daly.firstOrder(1, -1, 5));
    assertMessage("restartSeconds is -1.0", () -> Daly.firstOrder(1, 1, -1));
    assertMessage("costSeconds is Infinity", () -> ExactOptimum.workIntervalSeconds(1 / 0.0, 1));
    assertMessage("workSeconds is 0.0", () -> ExactOptimum.forJob(0, JOB.situation()));
    assertMessage("workSeconds is Infinity", () -> ExactOptimum.segments(1 / 0.0, JOB.situation()));
    assertMessage(
        "workSeconds is NaN", () -> SegmentModel.breakdown(Double.NaN, 1, JOB.situation()));
    assertMessage(
        "workIntervalSeconds is 0.0: it must be a number of seconds greater than 0 (Infinity",
        () -> SegmentModel.steadyWaste(0, JOB.situation()));
  }

  private static void assertMessage(String expected, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(String.valueOf(message).contains(expected), message);
  }
}
