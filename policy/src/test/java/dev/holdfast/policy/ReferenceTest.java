// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every exponential row of the reference table, every column of a model in this module. */
class ReferenceTest {
  private static final MathContext SIX_DIGITS = new MathContext(6);

  static List<ReferenceRow> rows() {
    return ReferenceRow.exponential();
  }

  @Test
  void rows_areAllThere() {
    assertEquals(
        List.of("E01", "E02", "E03", "E04", "E15", "E18", "E22", "E29"),
        rows().stream().map(ReferenceRow::toString).toList());
  }

  /** So that a new column of the table does not go unread. */
  @Test
  void columns_areInputsOrCheckedBelow() {
    Set<String> inputs =
        Set.of(
            "id", "kind", "dist", "shape", "scale", "mtbf_s", "C_s", "R_s", "D_s", "W_s", "note");
    Set<String> checked =
        Set.of(
            "young_tau",
            "daly1_tau",
            "dalyHO_tau",
            "herault_robert_period",
            "wf_tau_h0.25",
            "wf_tau_h0.5",
            "wf_tau_h0.75",
            "exact_tau",
            "K_opt_skip_last",
            "E_opt_skip_last",
            "waste_opt_pct",
            "E_dalyHO_skip_last",
            "waste_dalyHO_pct",
            "rework_dalyHO",
            "ckpt_dalyHO",
            "restart_dalyHO",
            "down_dalyHO",
            "nfail_dalyHO",
            "sd_dalyHO");
    Set<String> known = new HashSet<>(inputs);
    known.addAll(checked);
    assertEquals(known, rows().getFirst().cells().keySet());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void intervals_ofReferenceRow_haveItsDigits(ReferenceRow row) {
    Situation s = row.situation();
    double c = s.costSeconds();
    double m = s.mttfSeconds();
    assertPrinted(row, "young_tau", Young.workIntervalSeconds(c, m));
    assertPrinted(row, "wf_tau_h0.25", WongFranklin.workIntervalSeconds(c, m, 0.25));
    assertPrinted(row, "wf_tau_h0.5", WongFranklin.workIntervalSeconds(c, m, 0.5));
    assertPrinted(row, "wf_tau_h0.75", WongFranklin.workIntervalSeconds(c, m, 0.75));
    assertPrinted(row, "herault_robert_period", HeraultRobert.periodSeconds(s).orElseThrow());
    assertPrinted(row, "daly1_tau", Daly.firstOrder(c, m, s.restartSeconds()));
    assertPrinted(row, "dalyHO_tau", Daly.higherOrder(c, m));
    assertPrinted(row, "exact_tau", ExactOptimum.workIntervalSeconds(c, m));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void optimum_ofReferenceRow_hasItsDigits(ReferenceRow row) {
    Optimum optimum = ExactOptimum.forJob(row.workSeconds(), row.situation());
    assertEquals(row.text("K_opt_skip_last"), Long.toString(optimum.segments()));
    assertPrinted(row, "exact_tau", optimum.workIntervalSeconds());
    assertPrinted(row, "E_opt_skip_last", optimum.makespanSeconds());
    assertPrinted(row, "waste_opt_pct", 100 * optimum.waste());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void breakdown_atDalyHigherOrder_hasTheDigitsOfTheRow(ReferenceRow row) {
    Situation s = row.situation();
    double work = row.workSeconds();
    double interval = Daly.higherOrder(s.costSeconds(), s.mttfSeconds());
    Breakdown breakdown = SegmentModel.breakdown(work, interval, s);
    assertPrinted(row, "W_s", breakdown.usefulSeconds());
    assertPrinted(row, "E_dalyHO_skip_last", SegmentModel.makespanSeconds(work, interval, s));
    assertEquals(row.number("waste_dalyHO_pct"), 100 * breakdown.waste(), 2e-4);
    // The last digit of this column follows from the makespan as printed, see the README beside it.
    assertPrinted(row, "waste_dalyHO_pct", 100 * (1 - work / row.number("E_dalyHO_skip_last")));
    assertPrinted(row, "rework_dalyHO", breakdown.reworkSeconds());
    assertPrinted(row, "ckpt_dalyHO", breakdown.checkpointSeconds());
    assertPrinted(row, "restart_dalyHO", breakdown.restartSeconds());
    assertPrinted(row, "down_dalyHO", breakdown.downSeconds());
    assertPrinted(row, "nfail_dalyHO", breakdown.failures());
    assertPrinted(row, "sd_dalyHO", SegmentModel.standardDeviationSeconds(work, interval, s));
  }

  private static void assertPrinted(ReferenceRow row, String column, double actual) {
    BigDecimal expected = new BigDecimal(row.text(column));
    BigDecimal rounded = new BigDecimal(actual).round(SIX_DIGITS);
    assertEquals(
        0,
        expected.compareTo(rounded),
        () -> row + " " + column + ": expected " + expected + " but was " + actual);
  }
}
