// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Values worth writing at a logarithmic axis. */
final class Ticks {
  private static final double[] FEW = {1};
  private static final double[] SOME = {1, 2, 5};
  private static final double[] MANY = {1, 1.5, 2, 3, 4, 5, 6, 8};

  /** Lengths of time people count in, seconds. */
  private static final List<Chart.Tick> TIMES =
      List.of(
          new Chart.Tick(1, "1 s"),
          new Chart.Tick(5, "5 s"),
          new Chart.Tick(15, "15 s"),
          new Chart.Tick(60, "1 min"),
          new Chart.Tick(300, "5 min"),
          new Chart.Tick(900, "15 min"),
          new Chart.Tick(3600, "1 h"),
          new Chart.Tick(10_800, "3 h"),
          new Chart.Tick(28_800, "8 h"),
          new Chart.Tick(86_400, "1 d"),
          new Chart.Tick(259_200, "3 d"),
          new Chart.Tick(864_000, "10 d"),
          new Chart.Tick(2_592_000, "30 d"),
          new Chart.Tick(7_776_000, "90 d"),
          new Chart.Tick(31_536_000, "1 y"),
          new Chart.Tick(157_680_000, "5 y"),
          new Chart.Tick(630_720_000, "20 y"));

  private Ticks() {}

  /** Round numbers: the more the fewer powers of ten there are. */
  static List<Chart.Tick> decades(double low, double high) {
    double decades = Math.log10(high / low);
    double[] factors = decades > 5 ? FEW : decades > 1.5 ? SOME : MANY;
    List<Chart.Tick> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (double factor : factors) {
        BigDecimal value = BigDecimal.valueOf(factor).scaleByPowerOfTen(power);
        ticks.add(new Chart.Tick(value.doubleValue(), plain(value)));
      }
    }
    return within(ticks, low, high);
  }

  static List<Chart.Tick> times(double lowSeconds, double highSeconds) {
    List<Chart.Tick> ticks = within(TIMES, lowSeconds, highSeconds);
    return ticks.size() > 1 ? ticks : decades(lowSeconds, highSeconds);
  }

  private static String plain(BigDecimal value) {
    boolean longWritten = value.doubleValue() < 1e-4 || value.doubleValue() >= 1e6;
    return longWritten
        ? Text.format("%.0e", value.doubleValue())
        : value.stripTrailingZeros().toPlainString();
  }

  private static List<Chart.Tick> within(List<Chart.Tick> ticks, double low, double high) {
    return ticks.stream().filter(tick -> tick.value() >= low && tick.value() <= high).toList();
  }
}
