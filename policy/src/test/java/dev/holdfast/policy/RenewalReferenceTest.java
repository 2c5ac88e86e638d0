// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of the reference table whose failures are not exponential. The columns {@code exact_tau}
 * and {@code waste_opt_pct} are of the best equal interval of an endless job, {@code
 * waste_dalyHO_pct} of an endless job too; the makespans are of the finite job.
 */
class RenewalReferenceTest {
  private static final Pattern APERIODIC =
      Pattern.compile("aperiodic waste ([\\d.]+)% \\(first w: ([\\d. ]+)\\)");

  static List<ReferenceRow> rows() {
    return ReferenceRow.renewal();
  }

  @Test
  void rows_areAllThere() {
    assertEquals(List.of("W02", "L03"), rows().stream().map(ReferenceRow::toString).toList());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void bestInterval_ofReferenceRow_hasItsDigits(ReferenceRow row) {
    RenewalModel model = model(row);
    double best = model.bestIntervalSeconds();
    assertPrinted(row.text("exact_tau"), best);
    assertPrinted(row.text("waste_opt_pct"), 100 * model.steadyWaste(best));
    double daly = Daly.higherOrder(model.costSeconds(), row.number("mtbf_s"));
    assertPrinted(row.text("dalyHO_tau"), daly);
    assertPrinted(row.text("waste_dalyHO_pct"), 100 * model.steadyWaste(daly));
    assertEquals(row.number("mtbf_s"), model.law().meanSeconds(), 1e-9 * row.number("mtbf_s"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void breakdown_ofReferenceRow_hasItsMakespans(ReferenceRow row) {
    RenewalModel model = model(row);
    double work = row.workSeconds();
    double best = model.bestIntervalSeconds();
    assertEquals(row.number("K_opt_skip_last"), Math.ceil(work / best));
    assertPrinted(row.text("E_opt_skip_last"), model.breakdown(work, best).makespanSeconds());
    double daly = Daly.higherOrder(model.costSeconds(), row.number("mtbf_s"));
    assertPrinted(row.text("E_dalyHO_skip_last"), model.breakdown(work, daly).makespanSeconds());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void bestAperiodic_ofReferenceRow_hasTheDigitsOfItsNote(ReferenceRow row) {
    Matcher note = APERIODIC.matcher(row.text("note"));
    assertEquals(true, note.find());
    List<String> expected = List.of(note.group(2).split(" ", -1));
    AperiodicSchedule schedule = model(row).bestAperiodic(expected.size());
    assertPrinted(note.group(1), 100 * schedule.waste());
    for (int i = 0; i < expected.size(); i++) {
      double actual = schedule.firstWorkIntervalsSeconds().get(i);
      assertEquals(Double.parseDouble(expected.get(i)), actual, 5e-5 * actual);
    }
  }

  private static RenewalModel model(ReferenceRow row) {
    return new RenewalModel(row.law(), row.number("C_s"), row.number("R_s"), row.number("D_s"));
  }

  private static void assertPrinted(String printed, double actual) {
    BigDecimal expected = new BigDecimal(printed);
    // A whole number may end in zeros that are not printed after a point.
    int digits = Math.max(5, expected.precision());
    BigDecimal rounded = new BigDecimal(actual).round(new MathContext(digits));
    assertEquals(
        0, expected.compareTo(rounded), () -> "expected " + printed + " but was " + actual);
  }
}
